// Preloaded into the receiver: makes the file system below some directories hang, fail or lack what file servers lack.
//
// SHIM_SLOW=DIR      a sync below DIR takes ten minutes
// SHIM_FAIL=DIR:DIR  the first sync of a directory after a name was made in it fails, for names below these
// SHIM_SHARE=DIR     below DIR there are no hard links, no syncs of directories and no names that differ in case only
// SHIM_PLAIN=1       ... and no renames that replace nothing
// SHIM_LOG=FILE      one line for each name that is made or removed, and for each sync of a directory
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name, type, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static int below(const char *path, const char *list) {
    while (list && *list) {
        size_t length = strcspn(list, ":");
        if (strncmp(path, list, length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
        list += length + (list[length] == ':');
    }
    return 0;
}

// The path with the part below the share in lower case, as a server sees it for which case does not count.
static const char *seen(const char *path, char *buffer) {
    const char *share = getenv("SHIM_SHARE");
    if (!share || !path || !below(path, share) || strlen(path) >= 4096) return path;
    strcpy(buffer, path);
    for (char *each = buffer + strlen(share); *each; each++) *each = tolower((unsigned char)*each);
    return buffer;
}

static void note(const char *what, const char *path) {
    const char *log = getenv("SHIM_LOG");
    if (!log) return;
    char line[5000];
    int length = snprintf(line, sizeof line, "%s %s\n", what, path);
    int descriptor = REAL("open", int, const char *, int, ...)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) return;
    if (write(descriptor, line, length) != length) abort();
    close(descriptor);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char *fresh[1000];

static void made(const char *path) {
    note("made", path);
    if (!below(path, getenv("SHIM_FAIL"))) return;
    char *parent = strdup(path);
    *strrchr(parent, '/') = 0;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < 1000; i++)
        if (!fresh[i]) {
            fresh[i] = parent;
            break;
        }
    pthread_mutex_unlock(&mutex);
}

static int is_fresh(const char *path) {
    int found = 0;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < 1000; i++)
        if (fresh[i] && strcmp(fresh[i], path) == 0) {
            free(fresh[i]);
            fresh[i] = NULL;
            found = 1;
        }
    pthread_mutex_unlock(&mutex);
    return found;
}

int fsync(int descriptor) {
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(name, path, sizeof path - 1);
    struct stat found;
    if (length > 0 && REAL("fstat", int, int, struct stat *)(descriptor, &found) == 0) {
        path[length] = 0;
        if (below(path, getenv("SHIM_SLOW"))) sleep(600);
        if (S_ISDIR(found.st_mode)) {
            if (below(path, getenv("SHIM_SHARE"))) return errno = EINVAL, -1;
            if (is_fresh(path)) return note("failed", path), errno = EIO, -1;
            note("synced", path);
        }
    }
    return REAL("fsync", int, int)(descriptor);
}

int link(const char *from, const char *to) {
    if (getenv("SHIM_SHARE") && below(to, getenv("SHIM_SHARE"))) return errno = EOPNOTSUPP, -1;
    int result = REAL("link", int, const char *, const char *)(from, to);
    if (result == 0) made(to);
    return result;
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    if (getenv("SHIM_SHARE") && below(to, getenv("SHIM_SHARE"))) return errno = EOPNOTSUPP, -1;
    int result =
        REAL("linkat", int, int, const char *, int, const char *, int)(from_directory, from, to_directory, to, flags);
    if (result == 0) made(to);
    return result;
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    char first[4096], second[4096];
    if (flags && getenv("SHIM_PLAIN") && below(to, getenv("SHIM_SHARE"))) return errno = EINVAL, -1;
    int result = REAL("renameat2", int, int, const char *, int, const char *, unsigned)(
        from_directory, seen(from, first), to_directory, seen(to, second), flags);
    if (result == 0) made(to);
    return result;
}

int rename(const char *from, const char *to) {
    char first[4096], second[4096];
    int result = REAL("rename", int, const char *, const char *)(seen(from, first), seen(to, second));
    if (result == 0) made(to);
    return result;
}

int mkdir(const char *path, mode_t mode) {
    char buffer[4096];
    int result = REAL("mkdir", int, const char *, mode_t)(seen(path, buffer), mode);
    if (result == 0) made(path);
    return result;
}

int unlink(const char *path) {
    char buffer[4096];
    int result = REAL("unlink", int, const char *)(seen(path, buffer));
    if (result == 0) note("removed", path);
    return result;
}

int rmdir(const char *path) {
    char buffer[4096];
    return REAL("rmdir", int, const char *)(seen(path, buffer));
}

int remove(const char *path) {
    char buffer[4096];
    return REAL("remove", int, const char *)(seen(path, buffer));
}

static mode_t mode_of(int flags, va_list arguments) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                                                           \
    int name(const char *path, int flags, ...) {                                             \
        char buffer[4096];                                                                   \
        va_list arguments;                                                                   \
        va_start(arguments, flags);                                                          \
        mode_t mode = mode_of(flags, arguments);                                             \
        va_end(arguments);                                                                   \
        return REAL(#name, int, const char *, int, ...)(seen(path, buffer), flags, mode);    \
    }
OPEN(open)
OPEN(open64)

#define STAT(name)                                                                           \
    int name(const char *path, struct stat *found) {                                         \
        char buffer[4096];                                                                   \
        return REAL(#name, int, const char *, struct stat *)(seen(path, buffer), found);     \
    }
STAT(stat)
STAT(lstat)

int fstatat(int directory, const char *path, struct stat *found, int flags) {
    char buffer[4096];
    return REAL("fstatat", int, int, const char *, struct stat *, int)(directory, seen(path, buffer), found, flags);
}

int access(const char *path, int mode) {
    char buffer[4096];
    return REAL("access", int, const char *, int)(seen(path, buffer), mode);
}

DIR *opendir(const char *path) {
    char buffer[4096];
    return REAL("opendir", DIR *, const char *)(seen(path, buffer));
}

FTS *fts_open(char *const *paths, int options, int (*compare)(const FTSENT **, const FTSENT **)) {
    static _Thread_local char buffer[4096];
    char *const one[] = {(char *)seen(paths[0], buffer), NULL};
    return REAL("fts_open", FTS *, char *const *, int, int (*)(const FTSENT **, const FTSENT **))(
        one, options, compare);
}
