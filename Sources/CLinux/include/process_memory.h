#pragma once

/// Gives back what the process holds and does not use: pages of the program and its libraries that nobody has touched
/// lately or ever will, and free memory of the allocator.
///
/// Whatever is needed again is mapped again from the page cache, at some microseconds for each 64 KiB. Takes a few
/// milliseconds, and may be called from any thread at any time.
void pm_release_unused(void);
