#pragma once

#pragma clang assume_nonnull begin

/// `link`: 0, or the negative error number, such as `-EEXIST`, or `-EOPNOTSUPP` where the file system has no hard
/// links.
int cfs_link(const char *from, const char *to);

/// `renameat2` with `RENAME_NOREPLACE`: 0, or the negative error number, such as `-EEXIST`, or `-EINVAL` where the file
/// system has no such rename.
int cfs_rename_without_replacing(const char *from, const char *to);

/// `syncfs`: 0, or the negative error number.
int cfs_sync_file_system(int descriptor);

#pragma clang assume_nonnull end
