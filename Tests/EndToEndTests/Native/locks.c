/// Records who commits and who checkpoints an SQLite database in WAL mode, and when: loaded before a program's
/// libraries (`LD_PRELOAD`), it watches the locks on the `-shm` file and the writes to the `-wal` file.
///
/// LOCKS_RECORD       a file that each event is appended to as a line: nanoseconds (CLOCK_MONOTONIC), process, event
/// LOCKS_DELAY_MS     how long to wait when a checkpoint has begun, so that others have time to get in its way
///
/// Events: `checkpoint` and `checkpointed`, `lock` and `unlock` (of the write lock), `write` (to the log). A begin is
/// recorded after it succeeded and an end before it is asked for: what overlaps in the record did overlap.
///
/// The locks' places are those of SQLite's unix VFS: bytes 120 (write) and 121 (checkpoint) of the `-shm` file
/// (https://sqlite.org/walformat.html#wal_locks).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void record(const char *event) {
    static int file = -1;
    if (file < 0) {
        const char *path = getenv("LOCKS_RECORD");
        if (!path) return;
        file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char line[96];
    int length = snprintf(line, sizeof line, "%lld %d %s\n", now.tv_sec * 1000000000LL + now.tv_nsec, getpid(), event);
    if (syscall(SYS_write, file, line, length) != length) abort();
}

static int has_suffix(int descriptor, const char *suffix) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    size_t wanted = strlen(suffix);
    return (size_t)length >= wanted && strcmp(path + length - wanted, suffix) == 0;
}

static int on_lock(int descriptor, int command, struct flock *lock, int (*real)(int, int, ...)) {
    int is_watched =
        lock->l_len == 1 && (lock->l_start == 120 || lock->l_start == 121) && has_suffix(descriptor, "-shm");
    if (!is_watched) return real(descriptor, command, lock);
    int is_checkpoint = lock->l_start == 121;
    if (lock->l_type == F_UNLCK) {
        record(is_checkpoint ? "checkpointed" : "unlock");
        return real(descriptor, command, lock);
    }
    int is_exclusive = lock->l_type == F_WRLCK;
    int status = real(descriptor, command, lock);
    if (status == 0 && is_exclusive) {
        record(is_checkpoint ? "checkpoint" : "lock");
        const char *delay = getenv("LOCKS_DELAY_MS");
        if (is_checkpoint && delay) usleep(atoi(delay) * 1000);
    }
    return status;
}

#define FCNTL(name)                                                                                                    \
    int name(int descriptor, int command, ...) {                                                                       \
        static int (*real)(int, int, ...);                                                                             \
        if (!real) real = (int (*)(int, int, ...))dlsym(RTLD_NEXT, #name);                                             \
        va_list arguments;                                                                                             \
        va_start(arguments, command);                                                                                  \
        void *argument = va_arg(arguments, void *);                                                                    \
        va_end(arguments);                                                                                             \
        if (command == F_SETLK || command == F_SETLKW) return on_lock(descriptor, command, argument, real);            \
        return real(descriptor, command, argument);                                                                    \
    }

FCNTL(fcntl)
FCNTL(fcntl64)

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    if (has_suffix(descriptor, "-wal")) record("write");
    return real(descriptor, bytes, count, offset);
}
