/// Shows SQLite's WAL-reset bug on the library that is installed, and that the order in which the ledger copies its log
/// avoids it.
///
/// Three connections to one database: a writer, and two that checkpoint. The second one's checkpoint is stopped where
/// the bug needs it, between its reading of the log's header and its use of it: SQLite calls the file's `xUnfetch`
/// method there when the header has changed, so a VFS around the system's runs the writer's next commit in that call.
///
/// Usage: wal-reset DIRECTORY free|locked
///     free     the commit falls into the checkpoint, as when nothing keeps the two apart
///     locked   the writer holds the write lock meanwhile, as `Checkpointer` does; the commit has to wait
///
/// Prints the version of SQLite, how many commits there were, how many of them are lost, and what SQLite's integrity
/// check says. Exit code 0 unless something could not be done.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3_vfs *system_vfs;
static void (*in_checkpoint)(void);

/// A file of the VFS: the system's own behind it.
struct file {
    sqlite3_file base;
    sqlite3_file *real;
};

#define REAL(f) (((struct file *)(f))->real)
#define M(f) (REAL(f)->pMethods)

static int x_close(sqlite3_file *f) {
    int status = REAL(f)->pMethods ? M(f)->xClose(REAL(f)) : SQLITE_OK;
    free(REAL(f));
    return status;
}
static int x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 o) { return M(f)->xRead(REAL(f), p, n, o); }
static int x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 o) { return M(f)->xWrite(REAL(f), p, n, o); }
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) { return M(f)->xTruncate(REAL(f), n); }
static int x_sync(sqlite3_file *f, int flags) { return M(f)->xSync(REAL(f), flags); }
static int x_size(sqlite3_file *f, sqlite3_int64 *n) { return M(f)->xFileSize(REAL(f), n); }
static int x_lock(sqlite3_file *f, int kind) { return M(f)->xLock(REAL(f), kind); }
static int x_unlock(sqlite3_file *f, int kind) { return M(f)->xUnlock(REAL(f), kind); }
static int x_reserved(sqlite3_file *f, int *out) { return M(f)->xCheckReservedLock(REAL(f), out); }
static int x_control(sqlite3_file *f, int op, void *p) { return M(f)->xFileControl(REAL(f), op, p); }
static int x_sector(sqlite3_file *f) { return M(f)->xSectorSize(REAL(f)); }
static int x_device(sqlite3_file *f) { return M(f)->xDeviceCharacteristics(REAL(f)); }
static int x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return M(f)->xShmMap(REAL(f), page, size, extend, out);
}
static int x_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
    return M(f)->xShmLock(REAL(f), offset, n, flags);
}
static void x_shm_barrier(sqlite3_file *f) { M(f)->xShmBarrier(REAL(f)); }
static int x_shm_unmap(sqlite3_file *f, int erase) { return M(f)->xShmUnmap(REAL(f), erase); }
static int x_fetch(sqlite3_file *f, sqlite3_int64 o, int n, void **out) { return M(f)->xFetch(REAL(f), o, n, out); }
static int x_unfetch(sqlite3_file *f, sqlite3_int64 o, void *p) {
    void (*hook)(void) = in_checkpoint;
    in_checkpoint = NULL;
    if (hook) hook();
    return M(f)->xUnfetch(REAL(f), o, p);
}

static const sqlite3_io_methods methods = {
    3,         x_close,  x_read,   x_write,   x_truncate, x_sync,        x_size,      x_lock,  x_unlock, x_reserved,
    x_control, x_sector, x_device, x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, x_fetch, x_unfetch,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out) {
    (void)vfs;
    struct file *file = (struct file *)f;
    file->base.pMethods = NULL;
    file->real = calloc(1, (size_t)system_vfs->szOsFile);
    int status = system_vfs->xOpen(system_vfs, name, file->real, flags, out);
    if (status != SQLITE_OK) {
        free(file->real);
        return status;
    }
    file->base.pMethods = &methods;
    return SQLITE_OK;
}

static void register_vfs(void) {
    static sqlite3_vfs vfs;
    system_vfs = sqlite3_vfs_find(NULL);
    vfs = *system_vfs;
    vfs.zName = "stopping";
    vfs.szOsFile = sizeof(struct file);
    vfs.xOpen = vfs_open;
    vfs.pNext = NULL;
    sqlite3_vfs_register(&vfs, 1);
}

static void fail(const char *what, sqlite3 *db) {
    fprintf(stderr, "%s: %s\n", what, db ? sqlite3_errmsg(db) : "");
    exit(70);
}

static sqlite3 *open_database(const char *path) {
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK) fail("open", db);
    if (sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0", 0, 0, 0))
        fail("set up", db);
    return db;
}

static sqlite3 *writer;
static int commits;
static int refused;

/// Commits one row; a row that finds the write lock taken is tried again by `main`.
static void commit_row(void) {
    char sql[128];
    snprintf(sql, sizeof sql, "INSERT INTO t VALUES (%d, zeroblob(3000))", commits + 1);
    int status = sqlite3_exec(writer, sql, 0, 0, 0);
    if (status == SQLITE_OK) {
        commits++;
    } else {
        refused++;
    }
}

static int number(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, 0) != SQLITE_OK) return -1;
    int result = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
    sqlite3_finalize(statement);
    return result;
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    int is_locked = strcmp(arguments[2], "locked") == 0;
    char path[4096];
    snprintf(path, sizeof path, "%s/t.sqlite", arguments[1]);
    register_vfs();
    writer = open_database(path);
    if (sqlite3_exec(writer, "CREATE TABLE t(id INTEGER PRIMARY KEY, x)", 0, 0, 0)) fail("create", writer);
    sqlite3 *first = open_database(path), *second = open_database(path);
    number(second, "SELECT count(*) FROM t");  // It knows the log as it is now, before all that follows.
    for (int i = 0; i < 20; i++) commit_row();
    int log, copied;

    // The first checkpoint completes: the next commit may begin the log anew.
    if (sqlite3_wal_checkpoint_v2(first, 0, SQLITE_CHECKPOINT_PASSIVE, &log, &copied)) fail("checkpoint", first);
    if (log != copied) fail("the first checkpoint did not reach the end", NULL);

    // The second one reads the header, and is stopped.
    sqlite3 *holder = writer;
    if (is_locked) {
        // `Checkpointer`: the writer's own connection holds the lock, so that its commits wait. Here one thread plays
        // all, so another connection stands for whoever wants to commit meanwhile.
        if (sqlite3_exec(holder, "BEGIN IMMEDIATE", 0, 0, 0)) fail("lock", holder);
        writer = open_database(path);
    }
    in_checkpoint = commit_row;
    if (sqlite3_wal_checkpoint_v2(second, 0, SQLITE_CHECKPOINT_PASSIVE, &log, &copied)) fail("checkpoint", second);
    int was_stopped = in_checkpoint == NULL;
    if (is_locked) {
        sqlite3_exec(holder, "ROLLBACK", 0, 0, 0);
        commit_row();
    }

    // Life goes on: commits until the log is longer than the stopped checkpoint believed, and a checkpoint.
    for (int i = 0; i < 40; i++) commit_row();
    sqlite3_wal_checkpoint_v2(first, 0, SQLITE_CHECKPOINT_PASSIVE, 0, 0);
    for (int i = 0; i < 3; i++) commit_row();
    if (is_locked) sqlite3_close(holder);
    sqlite3_close(first);
    sqlite3_close(second);
    sqlite3_close(writer);

    writer = open_database(path);
    int there = number(writer, "SELECT count(*) FROM t NOT INDEXED");
    int whole = number(writer, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'");
    printf("{\"sqlite\": \"%s\", \"stopped\": %d, \"refused\": %d, \"commits\": %d, \"lost\": %d, \"whole\": %d}\n",
           sqlite3_libversion(), was_stopped, refused, commits, there < 0 ? commits : commits - there, whole == 1);
    sqlite3_close(writer);
    return 0;
}
