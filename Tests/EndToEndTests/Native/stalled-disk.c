// Loaded with LD_PRELOAD: fdatasync of a file in STALLED_DIRECTORY does not return while the file STALLED_FLAG exists.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fdatasync(int descriptor) {
    static int (*next)(int);
    if (next == NULL) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    const char *directory = getenv("STALLED_DIRECTORY");
    const char *flag = getenv("STALLED_FLAG");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0 && directory != NULL && flag != NULL) {
        path[length] = 0;
        if (strncmp(path, directory, strlen(directory)) == 0) {
            while (access(flag, F_OK) == 0) usleep(10000);
        }
    }
    return next(descriptor);
}
