/// Ends the run with a message when something does not hold, in optimised code too, where a precondition says nothing.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
