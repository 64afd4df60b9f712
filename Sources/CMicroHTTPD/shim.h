#pragma once

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>

#if MHD_VERSION < 0x00097500
#error "libmicrohttpd 0.9.75 or newer is required"
#endif

#pragma clang assume_nonnull begin

/// `MHD_AccessHandlerCallback` with the nullability that the manual states.
typedef enum MHD_Result (*cmhd_on_request)(void *context, struct MHD_Connection *connection, const char *url,
                                           const char *method, const char *version, const char *_Nullable upload,
                                           size_t *upload_size, void *_Nullable *_Nonnull request);

/// The callback of `MHD_OPTION_URI_LOG_CALLBACK`: the target as it was sent, before the library splits it.
/// What it returns is the request's own pointer in the other callbacks.
typedef void *_Nullable (*cmhd_on_target)(void *context, const char *target, struct MHD_Connection *connection);

/// `MHD_RequestCompletedCallback`, with the closed enum widened: a newer library may send a reason we don't know.
typedef void (*cmhd_on_request_end)(void *context, struct MHD_Connection *connection,
                                    void *_Nullable *_Nonnull request, unsigned int reason);

/// `MHD_NotifyConnectionCallback`, with the closed enum widened; `event` 0 is a start, 1 an end.
typedef void (*cmhd_on_connection)(void *context, struct MHD_Connection *connection,
                                   void *_Nullable *_Nonnull socket_context, unsigned int event);

/// The callback of `MHD_OPTION_EXTERNAL_LOGGER`.
typedef void (*cmhd_on_message)(void *context, const char *format, va_list arguments);

/// What `cmhd_start_daemon` starts a daemon with.
struct cmhd_settings {
    /// 0 for none.
    unsigned int idle_seconds;
    /// Bytes per connection for the head and the read buffer.
    size_t memory_limit;
    /// PEM texts; both or neither. Read while the daemon starts.
    const char *_Nullable certificate;
    const char *_Nullable private_key;
    /// A GnuTLS priority string; only used with a certificate.
    const char *_Nullable priorities;
    /// PEM texts of authorities: clients are asked for a certificate then, and served without one all the same.
    const char *_Nullable client_authorities;
    cmhd_on_request on_request;
    cmhd_on_target on_target;
    cmhd_on_request_end on_request_end;
    cmhd_on_connection on_connection;
    cmhd_on_message on_message;
    void *context;
};

/// The callback of `MHD_OPTION_UNESCAPE_CALLBACK`: leaves every text as it was sent.
static inline size_t cmhd_keep_escapes(void *_Nullable context, struct MHD_Connection *_Nullable connection,
                                       char *text) {
    (void)context;
    (void)connection;
    return __builtin_strlen(text);
}

/// Starts a daemon without a thread and without a socket to listen on: it serves what `cmhd_add_connection` hands over,
/// and does nothing but in `MHD_run`, which is to be called when its epoll descriptor is readable. Returns NULL on
/// failure; the reason went to `on_message`.
///
/// Wraps `MHD_start_daemon`, which is variadic and so can't be called from Swift.
/// Never epoll with the library's own thread: in 0.9.75 it stops answering when exactly 128, 256, … events are ready,
/// since it then waits for more before it looks at those. `MHD_run` never waits.
static inline struct MHD_Daemon *_Nullable cmhd_start_daemon(const struct cmhd_settings *settings) {
    unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET;
    struct MHD_OptionItem items[5];
    unsigned int count = 0;
    if (settings->certificate != NULL) {
        flags |= MHD_USE_TLS;
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->certificate};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->private_key};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)settings->priorities};
        if (settings->client_authorities != NULL)
            items[count++] =
                (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)settings->client_authorities};
    }
    items[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    // The logger comes first: the library uses its own for complaints about options before it.
    return MHD_start_daemon(flags, 0, NULL, NULL, (MHD_AccessHandlerCallback)settings->on_request, settings->context,
                            MHD_OPTION_EXTERNAL_LOGGER, settings->on_message, settings->context,
                            MHD_OPTION_UNESCAPE_CALLBACK, cmhd_keep_escapes, (void *)NULL,
                            MHD_OPTION_URI_LOG_CALLBACK, settings->on_target, settings->context,
                            MHD_OPTION_NOTIFY_CONNECTION, settings->on_connection, settings->context,
                            MHD_OPTION_NOTIFY_COMPLETED, settings->on_request_end, settings->context,
                            MHD_OPTION_CONNECTION_LIMIT, 0x3FFFFFFFu,
                            MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->memory_limit,
                            MHD_OPTION_ARRAY, items,
                            MHD_OPTION_END);
}

/// The descriptor that is readable when `MHD_run` has something to do, or -1.
///
/// Wraps `MHD_get_daemon_info`, which is variadic and returns a union.
static inline int cmhd_epoll(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

/// Whether `MHD_run` has something to do though its epoll descriptor is not readable.
static inline int cmhd_is_ready(struct MHD_Daemon *daemon) {
    MHD_UNSIGNED_LONG_LONG timeout = 0;
    return MHD_get_timeout(daemon, &timeout) == MHD_YES && timeout == 0;
}

/// The number of connections that the daemon has.
static inline unsigned int cmhd_connections(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}

/// Hands a connected, non-blocking socket over: the daemon reads, answers and closes it from then on, and closes it at
/// once where this returns 0.
///
/// The peer's address is kept elsewhere; the library needs one only for limits that are not its own here.
static inline int cmhd_add_connection(struct MHD_Daemon *daemon, int socket) {
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    return MHD_add_connection(daemon, socket, &nobody, sizeof nobody) == MHD_YES;
}

/// Watches a descriptor for input, and for its peer's end, under a number; with `edge` each change is reported once.
///
/// The corresponding system call is `epoll_ctl`, whose event is a union.
static inline int cmhd_watch(int epoll, int descriptor, uint64_t number, int edge) {
    struct epoll_event event = {.events = EPOLLIN | (edge ? EPOLLRDHUP | EPOLLET : 0), .data = {.u64 = number}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static inline int cmhd_unwatch(int epoll, int descriptor) {
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

/// Waits for events, at most so long, and gives the numbers of what is ready; returns how many, or -1.
static inline int cmhd_wait(int epoll, uint64_t *numbers, int most, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, most < 64 ? most : 64, milliseconds);
    for (int place = 0; place < count; place++) numbers[place] = events[place].data.u64;
    return count;
}

/// What has come of a request's head that nobody has read yet.
enum cmhd_head {
    /// Not all of it.
    CMHD_HEAD_ARRIVING = 0,
    /// All of it.
    CMHD_HEAD_WHOLE = 1,
    /// More than `cmhd_small_head` bytes or `cmhd_few_fields` lines, whole or not.
    CMHD_HEAD_LARGE = 2,
    /// The peer has gone.
    CMHD_HEAD_ENDED = 3,
};

enum { cmhd_small_head = 4096, cmhd_few_fields = 40 };

/// Looks at what a socket has received, without taking it.
///
/// A line that ends in a bare LF counts too: it is not rejected here.
static inline int cmhd_peek(int socket) {
    char bytes[cmhd_small_head];
    ssize_t count = recv(socket, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
    if (count == 0) return CMHD_HEAD_ENDED;
    if (count < 0) return errno == EAGAIN || errno == EINTR ? CMHD_HEAD_ARRIVING : CMHD_HEAD_ENDED;
    const char *at = bytes, *end = bytes + count;
    unsigned int lines = 0;
    while (at < end && (*at == '\r' || *at == '\n')) at++;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if (++lines > cmhd_few_fields) return CMHD_HEAD_LARGE;
        if (at < end && *at == '\r') at++;
        if (at < end && *at == '\n') return CMHD_HEAD_WHOLE;
    }
    return count == sizeof bytes ? CMHD_HEAD_LARGE : CMHD_HEAD_ARRIVING;
}

/// Whether the peer of a socket will send no more, read or not.
static inline int cmhd_has_peer_ended(int socket) {
    // POLLRDHUP, which the header has for GNU's own sources only.
    struct pollfd entry = {.fd = socket, .events = 0x2000, .revents = 0};
    return poll(&entry, 1, 0) == 1;
}

/// `accept4`, which the header has for GNU's own sources only: a non-blocking socket that no child inherits, or -1.
static inline int cmhd_accept(int listening, struct sockaddr *peer, socklen_t *size) {
    extern int accept4(int, struct sockaddr *, socklen_t *, int);
    return accept4(listening, peer, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// How long ago the last bytes came, in milliseconds; -1 when the system does not say.
static inline int64_t cmhd_silence(int socket) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(socket, 6 /* IPPROTO_TCP */, TCP_INFO, &info, &size) != 0) return -1;
    return info.tcpi_last_data_recv;
}

/// Has `Connection: keep-alive` sent with a response, for peers that look for it before they believe `Keep-Alive`.
///
/// Wraps `MHD_set_response_options`, which is variadic.
static inline int cmhd_announce_persistence(struct MHD_Response *response) {
    return MHD_set_response_options(response, MHD_RF_SEND_KEEP_ALIVE_HEADER, MHD_RO_END) == MHD_YES;
}

/// Names the calling thread for the system's tools, with at most 15 bytes.
///
/// Wraps `prctl`, which is variadic.
static inline void cmhd_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

/// What the start callback left in `socket_context`.
///
/// Wraps `MHD_get_connection_info`, which is variadic and returns a union; so do the next two.
static inline void *_Nullable cmhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/// The SHA-256 of the other side's certificate, if it is for a client and one of the authorities vouches for it.
///
/// Returns 0 for any other, for none, and without TLS.
static inline int cmhd_client_certificate(struct MHD_Connection *connection, unsigned char *fingerprint) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info == NULL || info->tls_session == NULL) return 0;
    gnutls_session_t session = (gnutls_session_t)info->tls_session;
    gnutls_typed_vdata_st purpose = {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, 0};
    unsigned int status = 0, count = 0;
    if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) != 0 || status != 0) return 0;
    const gnutls_datum_t *peers = gnutls_certificate_get_peers(session, &count);
    size_t size = 32;
    return peers != NULL && count > 0 &&
           gnutls_fingerprint(GNUTLS_DIG_SHA256, peers, fingerprint, &size) == 0 && size == 32;
}

/// From when to when a certificate holds, in Unix seconds.
struct cmhd_validity {
    int64_t from;
    int64_t until;
};

/// Whether a certificate chain and a private key, PEM texts of so many bytes, belong together and can be served.
///
/// Returns 0, or GnuTLS's number of the reason; `validity` is that of the first certificate.
static inline int cmhd_examine_certificate(const char *certificate, unsigned int certificate_size, const char *key,
                                           unsigned int key_size, struct cmhd_validity *validity) {
    gnutls_datum_t chain_text = {(unsigned char *)certificate, certificate_size};
    gnutls_datum_t key_text = {(unsigned char *)key, key_size};
    gnutls_x509_crt_t *chain = NULL;
    unsigned int count = 0;
    int code = gnutls_x509_crt_list_import2(&chain, &count, &chain_text, GNUTLS_X509_FMT_PEM, 0);
    if (code < 0) return code;
    validity->from = (int64_t)gnutls_x509_crt_get_activation_time(chain[0]);
    validity->until = (int64_t)gnutls_x509_crt_get_expiration_time(chain[0]);
    for (unsigned int at = 0; at < count; at++) gnutls_x509_crt_deinit(chain[at]);
    gnutls_free(chain);

    gnutls_certificate_credentials_t credentials = NULL;
    code = gnutls_certificate_allocate_credentials(&credentials);
    if (code < 0) return code;
    code = gnutls_certificate_set_x509_key_mem(credentials, &chain_text, &key_text, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    return code < 0 ? code : 0;
}

/// Whether a PEM text of so many bytes holds certificates: 0, or GnuTLS's number of the reason why not.
static inline int cmhd_examine_authorities(const char *authorities, unsigned int size) {
    gnutls_datum_t text = {(unsigned char *)authorities, size};
    gnutls_certificate_credentials_t credentials = NULL;
    int code = gnutls_certificate_allocate_credentials(&credentials);
    if (code < 0) return code;
    code = gnutls_certificate_set_x509_trust_mem(credentials, &text, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    if (code == 0) return GNUTLS_E_NO_CERTIFICATE_FOUND;
    return code < 0 ? code : 0;
}

/// GnuTLS's words for one of its numbers.
static inline const char *cmhd_reason(int code) { return gnutls_strerror(code); }

/// Bytes of the request's head, or 0 before it is complete.
static inline size_t cmhd_head_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

/// `MHD_CONTENT_READER_END_OF_STREAM` and `…_END_WITH_ERROR`: macros with casts, which Swift doesn't import.
static const ssize_t cmhd_body_end = -1;
static const ssize_t cmhd_body_abort = -2;

_Static_assert(MHD_CONTENT_READER_END_OF_STREAM == -1 && MHD_CONTENT_READER_END_WITH_ERROR == -2,
               "the two marks of a content reader changed");

#pragma clang assume_nonnull end
