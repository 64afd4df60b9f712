import Glibc

/// Sees to it that the process may have a descriptor for each connection.
///
/// Shells and systemd give a process 1,024 at first, for programs that wait with `select`, and let it have many more.
/// What is not granted is done without: connections wait in the kernel's queue then.
///
/// The corresponding system calls are `getrlimit` and `setrlimit`.
func allowDescriptors(_ count: Int) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(count) else { return }
    limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
    _ = unsafe setrlimit(resource, &limit)
}
