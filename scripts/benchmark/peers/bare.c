/* libmicrohttpd answering 200 to whatever comes, with nothing done: what a receiver built on it can reach at most.
   Usage: bare PORT */
#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

static struct MHD_Response *answer;

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *size, void **request) {
  (void)context, (void)url, (void)method, (void)version, (void)upload;
  if (*request == NULL) {
    *request = connection;
    return MHD_YES;
  }
  if (*size > 0) {
    *size = 0;
    return MHD_YES;
  }
  return MHD_queue_response(connection, MHD_HTTP_OK, answer);
}

int main(int count, char **arguments) {
  if (count != 2) return 64;
  answer = MHD_create_response_from_buffer(9, (void *)"accepted\n", MHD_RESPMEM_PERSISTENT);
  struct MHD_Daemon *daemon =
      MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD, (unsigned short)atoi(arguments[1]), NULL, NULL, &handle, NULL,
                       MHD_OPTION_CONNECTION_LIMIT, 4096u, MHD_OPTION_LISTEN_BACKLOG_SIZE, 4096u, MHD_OPTION_END);
  if (daemon == NULL) return 1;
  pause();
  return 0;
}
