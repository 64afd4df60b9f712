#include "sqlite_shim.h"

#include <sqlite3.h>

int sqlite_shim_no_checkpoint_on_close(void *database) {
    return sqlite3_db_config((sqlite3 *)database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
