import Glibc

/// Sees to it that the process may have a descriptor for each connection.
///
/// Shells and systemd give a process 1,024 at first, for programs that wait with `select`, and let it have many more.
/// The corresponding system calls are `getrlimit` and `setrlimit`.
///
/// - Returns: How many the process may have: fewer where the system does not grant so many.
func allowDescriptors(_ count: Int) -> Int {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(count) else { return count }
    let granted = limit.rlim_cur
    limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
    return Int(unsafe setrlimit(resource, &limit) == 0 ? limit.rlim_cur : granted)
}
