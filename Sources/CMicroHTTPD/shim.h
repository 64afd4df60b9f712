#pragma once

#include <microhttpd.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/eventfd.h>
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

/// Everything `cmhd_start_daemon` is told.
struct cmhd_settings {
    /// A bound, listening, non-blocking socket; the daemon owns it once started.
    int listen_socket;
    /// 1 for one thread, more for a pool.
    unsigned int threads;
    unsigned int connection_limit;
    /// 0 for none.
    unsigned int per_address_limit;
    /// 0 for none.
    unsigned int idle_seconds;
    /// Bytes per connection for the head and the read buffer.
    size_t memory_limit;
    /// PEM texts; both or neither. Read while the daemon starts.
    const char *_Nullable certificate;
    const char *_Nullable private_key;
    /// A GnuTLS priority string; only used with a certificate.
    const char *_Nullable priorities;
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

/// Starts a daemon that polls with threads of its own. Returns NULL on failure; the reason went to `on_message`.
///
/// Wraps `MHD_start_daemon`, which is variadic and so can't be called from Swift.
/// Never the library's internal epoll: in 0.9.75 it stops answering when exactly 128, 256, … events are ready.
static inline struct MHD_Daemon *_Nullable cmhd_start_daemon(const struct cmhd_settings *settings) {
    unsigned int flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem items[5];
    unsigned int count = 0;
    if (settings->threads > 1) {
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)settings->threads, NULL};
    }
    if (settings->certificate != NULL) {
        flags |= MHD_USE_TLS;
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->certificate};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->private_key};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)settings->priorities};
    }
    items[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    // The logger comes first: the library uses its own for complaints about options before it.
    return MHD_start_daemon(flags, 0, NULL, NULL, (MHD_AccessHandlerCallback)settings->on_request, settings->context,
                            MHD_OPTION_EXTERNAL_LOGGER, settings->on_message, settings->context,
                            MHD_OPTION_LISTEN_SOCKET, settings->listen_socket,
                            MHD_OPTION_UNESCAPE_CALLBACK, cmhd_keep_escapes, (void *)NULL,
                            MHD_OPTION_URI_LOG_CALLBACK, settings->on_target, settings->context,
                            MHD_OPTION_NOTIFY_CONNECTION, settings->on_connection, settings->context,
                            MHD_OPTION_NOTIFY_COMPLETED, settings->on_request_end, settings->context,
                            MHD_OPTION_CONNECTION_LIMIT, settings->connection_limit,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->per_address_limit,
                            MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->memory_limit,
                            MHD_OPTION_ARRAY, items,
                            MHD_OPTION_END);
}

/// What the start callback left in `socket_context`.
///
/// Wraps `MHD_get_connection_info`, which is variadic and returns a union; so do the next three.
static inline void *_Nullable cmhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/// The connection's socket, or -1.
static inline int cmhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// The other side's address.
static inline const struct sockaddr *_Nullable cmhd_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

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
