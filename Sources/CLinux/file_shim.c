#define _GNU_SOURCE
#include "file_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int cfs_link(const char *from, const char *to) { return link(from, to) == 0 ? 0 : -errno; }

int cfs_rename_without_replacing(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 ? 0 : -errno;
}

int cfs_sync_file_system(int descriptor) { return syncfs(descriptor) == 0 ? 0 : -errno; }
