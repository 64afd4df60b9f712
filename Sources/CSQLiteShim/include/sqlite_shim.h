#ifndef SQLITE_SHIM_H
#define SQLITE_SHIM_H

/// Keeps a connection from copying the write-ahead log into the database when it is the last one to close.
///
/// Wraps `sqlite3_db_config` with `SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE`, which is variadic: Swift cannot call it.
///
/// - `database`: an open `sqlite3 *`.
/// - Returns SQLite's result code, 0 when done.
int sqlite_shim_no_checkpoint_on_close(void *_Nonnull database);

#endif
