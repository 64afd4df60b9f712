#include "build_commit.h"

#ifndef RICEVUTA_COMMIT
#define RICEVUTA_COMMIT ""
#endif

const char *build_commit(void) { return RICEVUTA_COMMIT; }
