// Preloaded into a program: records all that it does to the files below one directory, in order and with what it
// writes, and kills it, or fails, delays or leaves out a call, where a rule says so.
//
//   FAULTS_BELOW    the directory, as the system names it (no links in it)
//   FAULTS_RECORD   what the record files' names begin with; a process appends its number
//   FAULTS_CONTROL  the file that holds the order of events and the rules, shared by all processes; layout in shim.py
//
// Calls are made to the system directly: a program may be linked with any of a call's names.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    START = 1, CREATE, WRITE, TRUNCATE, ALLOCATE, SYNC, LINK, UNLINK, RENAME, MKDIR, CLOSE, ANSWER, ESCAPE, SYNC_ALL,
    REQUEST,
};
enum { FAIL = 1, IGNORE, DELAY, KILL_BEFORE, KILL_AFTER };
enum { MAX_RULES = 16, MAX_FRAMES = 24, MAX_FILES = 4096 };

struct rule {
    uint32_t action;       // 0: none
    uint32_t events;       // one bit for each event
    uint64_t skip, times;  // so many pass first, so many are then treated; times 0: all
    _Atomic uint64_t seen;
    int32_t error;
    uint32_t milliseconds;
    char paths[216];  // a pattern for the whole path; * is any text
};

struct control {
    _Atomic uint64_t order;
    uint64_t unused[7];
    struct rule rules[MAX_RULES];
};

struct head {
    uint32_t size, event;
    uint64_t order, object, directory, offset, length;
    int32_t process, result;
    uint32_t name, data, frames, unused;  // the sizes of what follows: text, bytes, and the number of addresses
};

struct file {
    char *path;  // NULL: none of ours
    uint64_t object;
    int is_directory, is_appending, is_recorded;
};

static struct control *control;
static struct file files[MAX_FILES];
static char below[PATH_MAX];
static size_t below_size;
static int record_file = -1, control_file = -1;
static uintptr_t program_base, program_end;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

// MARK: Order

static int is_on(void) { return control != NULL; }

static void lock(void) {
    pthread_mutex_lock(&mutex);
    // Between processes; the system gives it back when one is killed.
    struct flock all = {.l_type = F_WRLCK};
    while (syscall(SYS_fcntl, control_file, F_OFD_SETLKW, &all) < 0 && errno == EINTR) {}
}

static void unlock(void) {
    int error = errno;
    struct flock all = {.l_type = F_UNLCK};
    syscall(SYS_fcntl, control_file, F_OFD_SETLK, &all);
    pthread_mutex_unlock(&mutex);
    errno = error;
}

__attribute__((noreturn)) static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void record(uint32_t event, int result, uint64_t object, uint64_t directory, const char *name, uint64_t offset,
                   uint64_t length, const struct iovec *data, int pieces, size_t bytes) {
    int error = errno;
    void *frames[MAX_FRAMES];
    uint64_t addresses[MAX_FRAMES];
    uint32_t count = 0;
    if (event == SYNC) {
        int found = backtrace(frames, MAX_FRAMES);
        for (int index = 0; index < found; index++) {
            uintptr_t address = (uintptr_t)frames[index];
            // An address is that of the next instruction, which may belong to another line.
            if (address > program_base && address < program_end) addresses[count++] = address - program_base - 1;
        }
    }
    struct head head = {
        .event = event, .order = atomic_fetch_add(&control->order, 1) + 1, .object = object, .directory = directory,
        .offset = offset, .length = length, .process = getpid(), .result = result,
        .name = name ? strlen(name) : 0, .data = bytes, .frames = count,
    };
    head.size = sizeof head + head.name + head.data + count * sizeof addresses[0];
    struct iovec parts[64] = {{&head, sizeof head}, {(void *)name, head.name}};
    int used = 2;
    for (int index = 0; index < pieces && bytes > 0 && used < 63; index++) {
        size_t size = data[index].iov_len < bytes ? data[index].iov_len : bytes;
        parts[used++] = (struct iovec){data[index].iov_base, size};
        bytes -= size;
    }
    parts[used++] = (struct iovec){addresses, count * sizeof addresses[0]};
    if (bytes > 0 || syscall(SYS_writev, record_file, parts, used) != (long)head.size) abort();
    errno = error;
}

// MARK: Rules

struct verdict {
    int ignores, fails, kills_after;
};

// What the rules say of an event; kills before it. Called under the lock.
static struct verdict evaluate(uint32_t event, const char *path) {
    struct verdict verdict = {0};
    for (int index = 0; index < MAX_RULES; index++) {
        struct rule *rule = &control->rules[index];
        if (!rule->action || rule->action == DELAY || !(rule->events >> event & 1)) continue;
        if (fnmatch(rule->paths, path, 0) != 0) continue;
        uint64_t seen = atomic_fetch_add(&rule->seen, 1);
        if (seen < rule->skip || (rule->times && seen >= rule->skip + rule->times)) continue;
        switch (rule->action) {
        case FAIL: verdict.fails = rule->error; break;
        case IGNORE: verdict.ignores = 1; break;
        case KILL_BEFORE: die();
        case KILL_AFTER: verdict.kills_after = 1; break;
        }
    }
    return verdict;
}

// Waits where the rules say so, for as long as they do; not under the lock, so that others go on.
static void wait_if_told(uint32_t event, const char *path) {
    for (int index = 0; index < MAX_RULES; index++) {
        struct rule *rule = &control->rules[index];
        if (rule->action != DELAY || !(rule->events >> event & 1) || fnmatch(rule->paths, path, 0) != 0) continue;
        uint64_t seen = atomic_fetch_add(&rule->seen, 1);
        if (seen < rule->skip || (rule->times && seen >= rule->skip + rule->times)) continue;
        for (uint32_t waited = 0; waited < rule->milliseconds && rule->action == DELAY; waited += 10) {
            nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
        }
    }
}

// MARK: Paths

static int is_below(const char *path) {
    return strncmp(path, below, below_size) == 0 && (path[below_size] == '/' || path[below_size] == 0);
}

static int path_of(int descriptor, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long size = syscall(SYS_readlink, link, path, PATH_MAX - 1);
    path[size < 0 ? 0 : size] = 0;
    return size > 0;
}

static uint64_t object_at(int directory, const char *path) {
    struct stat status;
    return syscall(SYS_newfstatat, directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_ino : 0;
}

static uint64_t object_of(int descriptor) {
    struct stat status;
    return syscall(SYS_newfstatat, descriptor, "", &status, AT_EMPTY_PATH) == 0 ? status.st_ino : 0;
}

struct place {
    int is_ours;
    uint64_t directory;
    char path[PATH_MAX + NAME_MAX + 2];
    const char *name;
};

// Where a name lies, whatever links lead there; only its last part need not exist.
static void find(struct place *place, int directory, const char *path) {
    place->is_ours = 0;
    if (!is_on() || !path || strlen(path) >= PATH_MAX) return;
    char parent[PATH_MAX];
    strcpy(parent, path);
    size_t size = strlen(parent);
    while (size > 1 && parent[size - 1] == '/') parent[--size] = 0;
    char *slash = strrchr(parent, '/');
    char name[NAME_MAX + 1];
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : parent);
    if (!slash) strcpy(parent, ".");
    else if (slash == parent) strcpy(parent, "/");
    else *slash = 0;
    int error = errno;
    int opened = syscall(SYS_openat, directory, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (opened >= 0) {
        if (path_of(opened, place->path)) {
            place->directory = object_of(opened);
            size = strcmp(place->path, "/") == 0 ? 0 : strlen(place->path);
            snprintf(place->path + size, sizeof place->path - size, "/%s", name);
            place->name = place->path + size + 1;
            place->is_ours = is_below(place->path);
        }
        syscall(SYS_close, opened);
    }
    errno = error;
}

static struct file *file_of(int descriptor) {
    return is_on() && descriptor >= 0 && descriptor < MAX_FILES && files[descriptor].path ? &files[descriptor] : NULL;
}

static void forget(int descriptor) {
    if (descriptor < 0 || descriptor >= MAX_FILES || !files[descriptor].path) return;
    free(files[descriptor].path);
    files[descriptor].path = NULL;
}

// A write that goes past the record makes it worthless.
static void escaped(const char *how, const char *path) {
    lock();
    char text[PATH_MAX + 64];
    snprintf(text, sizeof text, "%s %s", how, path);
    record(ESCAPE, 0, 0, 0, text, 0, 0, NULL, 0, 0);
    unlock();
}

// MARK: Opening and closing

static int open_file(int directory, const char *path, int flags, mode_t mode) {
    struct place place;
    find(&place, directory, path);
    if (!place.is_ours) return syscall(SYS_openat, directory, path, flags, mode);
    wait_if_told(CREATE, place.path);
    lock();
    int exists = object_at(directory, path) != 0, changes = (flags & O_CREAT && !exists) || (flags & O_TRUNC && exists);
    struct verdict verdict = {0};
    if (changes) verdict = evaluate(CREATE, place.path);
    int descriptor = -1;
    if (verdict.fails) errno = verdict.fails;
    else descriptor = syscall(SYS_openat, directory, path, flags, mode);
    if (descriptor >= MAX_FILES) abort();
    if (descriptor >= 0) {
        struct stat status;
        char final[PATH_MAX];
        syscall(SYS_newfstatat, descriptor, "", &status, AT_EMPTY_PATH);
        forget(descriptor);
        if (path_of(descriptor, final) && is_below(final)) {
            files[descriptor] = (struct file){
                .path = strdup(final), .object = status.st_ino, .is_directory = S_ISDIR(status.st_mode),
                .is_appending = (flags & O_APPEND) != 0, .is_recorded = (flags & O_ACCMODE) != O_RDONLY,
            };
        }
        if (flags & O_CREAT && !exists) {
            record(CREATE, 0, status.st_ino, place.directory, place.name, 0, 0, NULL, 0, 0);
        } else if (changes) {
            record(TRUNCATE, 0, status.st_ino, 0, place.path, 0, 0, NULL, 0, 0);
        }
        if (verdict.kills_after) die();
    }
    unlock();
    return descriptor;
}

static mode_t mode_in(int flags, va_list arguments) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
}

#define OPEN(name)                                                   \
    int name(const char *path, int flags, ...) {                     \
        va_list arguments;                                           \
        va_start(arguments, flags);                                  \
        mode_t mode = mode_in(flags, arguments);                     \
        va_end(arguments);                                           \
        return open_file(AT_FDCWD, path, flags, mode);               \
    }
#define OPEN_AT(name)                                                \
    int name(int directory, const char *path, int flags, ...) {      \
        va_list arguments;                                           \
        va_start(arguments, flags);                                  \
        mode_t mode = mode_in(flags, arguments);                     \
        va_end(arguments);                                           \
        return open_file(directory, path, flags, mode);              \
    }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)
int __open_2(const char *path, int flags) { return open_file(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_file(AT_FDCWD, path, flags, 0); }
int __openat_2(int directory, const char *path, int flags) { return open_file(directory, path, flags, 0); }
int __openat64_2(int directory, const char *path, int flags) { return open_file(directory, path, flags, 0); }
int creat(const char *path, mode_t mode) { return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

// Streams are opened inside the C library, where no other name of a call is seen.
#define STREAM(name)                                                                \
    FILE *name(const char *path, const char *mode) {                                \
        struct place place;                                                         \
        find(&place, AT_FDCWD, path);                                               \
        if (place.is_ours && strpbrk(mode, "wa+")) escaped(#name, place.path);      \
        FILE *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, #name);        \
        return real(path, mode);                                                    \
    }
STREAM(fopen)
STREAM(fopen64)

#define TEMPORARY(name)                                                             \
    int name(char *path) {                                                          \
        int (*real)(char *) = dlsym(RTLD_NEXT, #name);                              \
        int descriptor = real(path);                                                \
        struct place place;                                                         \
        find(&place, AT_FDCWD, path);                                               \
        if (place.is_ours && descriptor >= 0) escaped(#name, place.path);           \
        return descriptor;                                                          \
    }
TEMPORARY(mkstemp)
TEMPORARY(mkstemp64)

int close(int descriptor) {
    struct file *file = file_of(descriptor);
    if (!file) return syscall(SYS_close, descriptor);
    lock();
    if (file->is_recorded) {
        struct verdict verdict = evaluate(CLOSE, file->path);
        record(CLOSE, 0, file->object, 0, file->path, 0, 0, NULL, 0, 0);
        if (verdict.kills_after) die();
    }
    forget(descriptor);
    int result = syscall(SYS_close, descriptor);
    unlock();
    return result;
}

static int copied(int from, int to) {
    if (is_on() && to >= 0 && to < MAX_FILES && from != to) {
        lock();
        forget(to);
        struct file *file = file_of(from);
        if (file) {
            files[to] = *file;
            files[to].path = strdup(file->path);
        }
        unlock();
    }
    return to;
}

int dup(int from) { return copied(from, syscall(SYS_dup, from)); }
int dup2(int from, int to) { return copied(from, syscall(SYS_dup2, from, to)); }
int dup3(int from, int to, int flags) { return copied(from, syscall(SYS_dup3, from, to, flags)); }

#define CONTROL(name)                                                                        \
    int name(int descriptor, int command, ...) {                                             \
        va_list arguments;                                                                   \
        va_start(arguments, command);                                                        \
        void *argument = va_arg(arguments, void *);                                          \
        va_end(arguments);                                                                   \
        int result = syscall(SYS_fcntl, descriptor, command, argument);                      \
        int is_copy = command == F_DUPFD || command == F_DUPFD_CLOEXEC;                      \
        return is_copy ? copied(descriptor, result) : result;                                \
    }
CONTROL(fcntl)
CONTROL(fcntl64)

// MARK: Content

static int is_message(const void *bytes, size_t size) {
    return size >= 12 && (memcmp(bytes, "HTTP/1.1 ", 9) == 0 || memcmp(bytes, "POST /", 6) == 0);
}

// What is being sent, if it is an answer or a request; the other end of its connection is what tells whose it is.
static void note_message(int descriptor, const struct iovec *data, int pieces) {
    if (!is_on() || pieces < 1 || !is_message(data[0].iov_base, data[0].iov_len)) return;
    struct sockaddr_storage here, there;
    socklen_t here_size = sizeof here, there_size = sizeof there;
    if (getsockname(descriptor, (struct sockaddr *)&here, &here_size) || here.ss_family != AF_INET) return;
    if (getpeername(descriptor, (struct sockaddr *)&there, &there_size) || there.ss_family != AF_INET) return;
    const char *text = data[0].iov_base;
    int is_request = *text == 'P', status = is_request ? 0 : atoi(text + 9);
    char path[200] = "";
    if (is_request) {
        size_t size = data[0].iov_len - 5 < sizeof path - 1 ? data[0].iov_len - 5 : sizeof path - 1;
        memcpy(path, text + 5, size);
        path[strcspn(path, " ")] = 0;
    }
    uint16_t from = ntohs(((struct sockaddr_in *)&here)->sin_port);
    uint16_t to = ntohs(((struct sockaddr_in *)&there)->sin_port);
    lock();
    record(is_request ? REQUEST : ANSWER, status, to, from, path, 0, 0, NULL, 0, 0);
    unlock();
}

// Writes at an offset, or where the file stands when it is negative.
static ssize_t write_pieces(int descriptor, const struct iovec *data, int pieces, off_t offset) {
    struct file *file = file_of(descriptor);
    if (!file) {
        note_message(descriptor, data, pieces);
        return offset < 0 ? syscall(SYS_writev, descriptor, data, pieces)
                          : syscall(SYS_pwritev, descriptor, data, pieces, offset, 0);
    }
    wait_if_told(WRITE, file->path);
    lock();
    struct verdict verdict = evaluate(WRITE, file->path);
    ssize_t result = -1;
    if (verdict.fails) {
        errno = verdict.fails;
    } else {
        off_t place = offset;
        if (offset < 0) place = syscall(SYS_lseek, descriptor, 0, file->is_appending ? SEEK_END : SEEK_CUR);
        result = offset < 0 ? syscall(SYS_writev, descriptor, data, pieces)
                            : syscall(SYS_pwritev, descriptor, data, pieces, offset, 0);
        if (result > 0) record(WRITE, 0, file->object, 0, file->path, place, result, data, pieces, result);
        if (verdict.kills_after) die();
    }
    unlock();
    return result;
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    struct file *file = file_of(descriptor);
    if (!file && (!is_on() || !is_message(bytes, size))) {
        return syscall(SYS_write, descriptor, bytes, size);
    }
    return write_pieces(descriptor, &(struct iovec){(void *)bytes, size}, 1, -1);
}

#define WRITE_AT(name)                                                                        \
    ssize_t name(int descriptor, const void *bytes, size_t size, off_t offset) {              \
        return write_pieces(descriptor, &(struct iovec){(void *)bytes, size}, 1, offset);     \
    }
WRITE_AT(pwrite)
WRITE_AT(pwrite64)

#define WRITE_PIECES_AT(name)                                                                 \
    ssize_t name(int descriptor, const struct iovec *data, int pieces, off_t offset) {        \
        return write_pieces(descriptor, data, pieces, offset);                                \
    }
WRITE_PIECES_AT(pwritev)
WRITE_PIECES_AT(pwritev64)

ssize_t writev(int descriptor, const struct iovec *data, int pieces) {
    return write_pieces(descriptor, data, pieces, -1);
}

ssize_t send(int descriptor, const void *bytes, size_t size, int flags) {
    note_message(descriptor, &(struct iovec){(void *)bytes, size}, 1);
    return syscall(SYS_sendto, descriptor, bytes, size, flags, NULL, 0);
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    note_message(descriptor, message->msg_iov, message->msg_iovlen);
    return syscall(SYS_sendmsg, descriptor, message, flags);
}

#define COPYING(name, parameters, call, target)                     \
    ssize_t name parameters {                                       \
        struct file *file = file_of(target);                        \
        if (file) escaped(#name, file->path);                       \
        return call;                                                \
    }
COPYING(sendfile, (int to, int from, off_t *offset, size_t size), syscall(SYS_sendfile, to, from, offset, size), to)
COPYING(sendfile64, (int to, int from, off_t *offset, size_t size), syscall(SYS_sendfile, to, from, offset, size), to)
COPYING(copy_file_range, (int from, off_t *a, int to, off_t *b, size_t size, unsigned flags),
        syscall(SYS_copy_file_range, from, a, to, b, size, flags), to)
COPYING(splice, (int from, off_t *a, int to, off_t *b, size_t size, unsigned flags),
        syscall(SYS_splice, from, a, to, b, size, flags), to)

#define MAPPING(name)                                                                                            \
    void *name(void *address, size_t size, int protection, int flags, int descriptor, off_t offset) {            \
        struct file *file = file_of(descriptor);                                                                 \
        size_t length = file ? strlen(file->path) : 0;                                                           \
        /* SQLite's shared memory is made anew by whoever opens the database first. */                           \
        int is_shared = length > 4 && strcmp(file->path + length - 4, "-shm") == 0;                              \
        if (file && !is_shared && flags & MAP_SHARED && protection & PROT_WRITE) escaped(#name, file->path);     \
        return (void *)syscall(SYS_mmap, address, size, protection, flags, descriptor, offset);                  \
    }
MAPPING(mmap)
MAPPING(mmap64)

// MARK: Size

static int set_size(int descriptor, off_t size) {
    struct file *file = file_of(descriptor);
    if (!file) return syscall(SYS_ftruncate, descriptor, size);
    wait_if_told(TRUNCATE, file->path);
    lock();
    struct verdict verdict = evaluate(TRUNCATE, file->path);
    int result = -1;
    if (verdict.fails) errno = verdict.fails;
    else result = syscall(SYS_ftruncate, descriptor, size);
    if (result == 0) record(TRUNCATE, 0, file->object, 0, file->path, 0, size, NULL, 0, 0);
    if (result == 0 && verdict.kills_after) die();
    unlock();
    return result;
}

int ftruncate(int descriptor, off_t size) { return set_size(descriptor, size); }
int ftruncate64(int descriptor, off_t size) { return set_size(descriptor, size); }

static int set_size_of(const char *path, off_t size) {
    int descriptor = open_file(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int result = set_size(descriptor, size);
    close(descriptor);
    return result;
}

int truncate(const char *path, off_t size) { return set_size_of(path, size); }
int truncate64(const char *path, off_t size) { return set_size_of(path, size); }

static int allocate(int descriptor, int mode, off_t offset, off_t size) {
    struct file *file = file_of(descriptor);
    if (!file) return syscall(SYS_fallocate, descriptor, mode, offset, size);
    wait_if_told(ALLOCATE, file->path);
    lock();
    struct verdict verdict = evaluate(ALLOCATE, file->path);
    int result = -1;
    if (verdict.fails) errno = verdict.fails;
    else result = syscall(SYS_fallocate, descriptor, mode, offset, size);
    if (result == 0) record(ALLOCATE, mode, file->object, 0, file->path, offset, size, NULL, 0, 0);
    if (result == 0 && verdict.kills_after) die();
    unlock();
    return result;
}

int fallocate(int descriptor, int mode, off_t offset, off_t size) { return allocate(descriptor, mode, offset, size); }
int fallocate64(int descriptor, int mode, off_t offset, off_t size) { return allocate(descriptor, mode, offset, size); }

static int allocate_with_code(int descriptor, off_t offset, off_t size) {
    int before = errno, result = allocate(descriptor, 0, offset, size), code = result ? errno : 0;
    errno = before;
    return code;
}

int posix_fallocate(int descriptor, off_t offset, off_t size) { return allocate_with_code(descriptor, offset, size); }
int posix_fallocate64(int descriptor, off_t offset, off_t size) { return allocate_with_code(descriptor, offset, size); }

// MARK: Syncs

static int sync_file(int descriptor, long call) {
    struct file *file = file_of(descriptor);
    if (!file) return syscall(call, descriptor);
    wait_if_told(SYNC, file->path);
    lock();
    struct verdict verdict = evaluate(SYNC, file->path);
    int result = 0;
    if (verdict.fails) {
        result = -1;
        errno = verdict.fails;
    } else if (!verdict.ignores) {
        result = syscall(call, descriptor);
    }
    if (!verdict.ignores) {
        int code = result ? errno : 0;
        record(SYNC, code, file->object, 0, file->path, call == SYS_fdatasync, file->is_directory, NULL, 0, 0);
    }
    if (verdict.kills_after) die();
    unlock();
    return result;
}

int fsync(int descriptor) { return sync_file(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return sync_file(descriptor, SYS_fdatasync); }

int syncfs(int descriptor) {
    struct file *file = file_of(descriptor);
    if (!file) return syscall(SYS_syncfs, descriptor);
    wait_if_told(SYNC, file->path);
    lock();
    int result = syscall(SYS_syncfs, descriptor);
    if (result == 0) record(SYNC_ALL, 0, 0, 0, NULL, 0, 0, NULL, 0, 0);
    unlock();
    return result;
}

void sync(void) {
    syscall(SYS_sync);
    if (!is_on()) return;
    lock();
    record(SYNC_ALL, 0, 0, 0, NULL, 0, 0, NULL, 0, 0);
    unlock();
}

// MARK: Names

// Changes one name by a call; `object` is what it leads to, found before or afterwards.
static int change_name(uint32_t event, struct place *place, uint64_t object, long call, long a, long b, long c, long d,
                       long e) {
    wait_if_told(event, place->path);
    lock();
    struct verdict verdict = evaluate(event, place->path);
    int result = -1;
    if (verdict.fails) errno = verdict.fails;
    else result = syscall(call, a, b, c, d, e);
    if (result == 0) {
        if (!object) object = object_at(AT_FDCWD, place->path);
        record(event, 0, object, place->directory, place->name, 0, 0, NULL, 0, 0);
        if (verdict.kills_after) die();
    }
    unlock();
    return result;
}

static int link_file(int from, const char *old, int to, const char *new, int flags) {
    struct place place;
    find(&place, to, new);
    if (!place.is_ours) return syscall(SYS_linkat, from, old, to, new, flags);
    return change_name(LINK, &place, 0, SYS_linkat, from, (long)old, to, (long)new, flags);
}

int link(const char *old, const char *new) { return link_file(AT_FDCWD, old, AT_FDCWD, new, 0); }
int linkat(int from, const char *old, int to, const char *new, int flags) {
    return link_file(from, old, to, new, flags);
}

static int link_text(const char *text, int to, const char *new) {
    struct place place;
    find(&place, to, new);
    if (place.is_ours) escaped("symlink", place.path);
    return syscall(SYS_symlinkat, text, to, new);
}

int symlink(const char *text, const char *new) { return link_text(text, AT_FDCWD, new); }
int symlinkat(const char *text, int to, const char *new) { return link_text(text, to, new); }

static int remove_name(int directory, const char *path, int flags) {
    struct place place;
    find(&place, directory, path);
    if (!place.is_ours) return syscall(SYS_unlinkat, directory, path, flags);
    return change_name(UNLINK, &place, object_at(directory, path), SYS_unlinkat, directory, (long)path, flags, 0, 0);
}

int unlink(const char *path) { return remove_name(AT_FDCWD, path, 0); }
int unlinkat(int directory, const char *path, int flags) { return remove_name(directory, path, flags); }
int rmdir(const char *path) { return remove_name(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    int result = unlink(path);
    return result < 0 && (errno == EISDIR || errno == EPERM) ? rmdir(path) : result;
}

static int make_directory(int directory, const char *path, mode_t mode) {
    struct place place;
    find(&place, directory, path);
    if (!place.is_ours) return syscall(SYS_mkdirat, directory, path, mode);
    return change_name(MKDIR, &place, 0, SYS_mkdirat, directory, (long)path, mode, 0, 0);
}

int mkdir(const char *path, mode_t mode) { return make_directory(AT_FDCWD, path, mode); }
int mkdirat(int directory, const char *path, mode_t mode) { return make_directory(directory, path, mode); }

static int move(int from, const char *old, int to, const char *new, unsigned flags) {
    struct place source, target;
    find(&source, from, old);
    find(&target, to, new);
    if (!target.is_ours && !source.is_ours) return syscall(SYS_renameat2, from, old, to, new, flags);
    if (!target.is_ours || !source.is_ours) escaped("rename", target.path);
    wait_if_told(RENAME, target.path);
    lock();
    struct verdict verdict = evaluate(RENAME, target.path);
    int result = -1;
    uint64_t object = object_at(from, old);
    if (verdict.fails) errno = verdict.fails;
    else result = syscall(SYS_renameat2, from, old, to, new, flags);
    if (result == 0) {
        struct iovec data = {(void *)source.name, strlen(source.name)};
        record(RENAME, 0, object, target.directory, target.name, source.directory, 0, &data, 1, data.iov_len);
        if (verdict.kills_after) die();
    }
    unlock();
    return result;
}

int rename(const char *old, const char *new) { return move(AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int from, const char *old, int to, const char *new) { return move(from, old, to, new, 0); }
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return move(from, old, to, new, flags);
}

// MARK: Start

static int find_program(struct dl_phdr_info *info, size_t size, void *unused) {
    program_base = info->dlpi_addr;  // The first one is the program itself.
    for (int index = 0; index < info->dlpi_phnum; index++) {
        uintptr_t end = info->dlpi_addr + info->dlpi_phdr[index].p_vaddr + info->dlpi_phdr[index].p_memsz;
        if (info->dlpi_phdr[index].p_type == PT_LOAD && end > program_end) program_end = end;
    }
    return 1;
}

// Out of the way of what the program opens.
static int opened_high(const char *path, int flags) {
    int low = syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
    int high = low < 0 ? -1 : syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, 900);
    if (low >= 0) syscall(SYS_close, low);
    return high;
}

__attribute__((constructor)) static void start(void) {
    const char *directory = getenv("FAULTS_BELOW");
    const char *prefix = getenv("FAULTS_RECORD"), *shared = getenv("FAULTS_CONTROL");
    if (!directory || !prefix || !shared) return;
    snprintf(below, sizeof below, "%s", directory);
    below_size = strlen(below);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%d", prefix, getpid());
    record_file = opened_high(path, O_WRONLY | O_CREAT | O_APPEND);
    control_file = opened_high(shared, O_RDWR);
    if (record_file < 0 || control_file < 0) abort();
    void *mapped = (void *)syscall(SYS_mmap, NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED,
                                   control_file, 0);
    if (mapped == MAP_FAILED) abort();
    dl_iterate_phdr(find_program, NULL);
    void *frames[1];
    backtrace(frames, 1);  // Loads what it needs now, where nothing is locked.
    control = mapped;
    lock();
    record(START, 0, 0, 0, NULL, 0, 0, NULL, 0, 0);
    unlock();
}
