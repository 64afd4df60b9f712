#pragma once

/// The commit that the program is built from, which whoever builds it says with `-DRICEVUTA_COMMIT="…"`; else empty.
const char *_Nonnull build_commit(void);
