import Glibc

/// A value that one thread at a time can reach.
///
/// The corresponding C type is `pthread_mutex_t`. `Mutex` of the standard library would do, but what it does is hidden
/// from ThreadSanitizer, which then takes every two accesses for a race. This target is run under it; so its lock is
/// one that it knows.
@safe
struct Lock<Value: ~Copyable>: ~Copyable {
    // Of their own, since a mutex must never move; freed by `deinit`, which runs when nobody holds the lock any more.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    init(_ value: consuming Value) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        let status = unsafe pthread_mutex_init(mutex, nil)
        precondition(status == 0, "the default attributes need no memory, and nothing else can fail")
        unsafe self.value = .allocate(capacity: 1)
        unsafe self.value.initialize(to: value)
    }

    deinit {
        unsafe value.deinitialize(count: 1)
        unsafe value.deallocate()
        _ = unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs `body` with the value, when no other thread has it; not to be called from within itself.
    borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        _ = unsafe pthread_mutex_lock(mutex)
        defer { _ = unsafe pthread_mutex_unlock(mutex) }
        return try unsafe body(&value.pointee)
    }
}

// The pointers never change, and what they point to is reached by one thread at a time.
extension Lock: @unchecked Sendable where Value: ~Copyable & Sendable {}
