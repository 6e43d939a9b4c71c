package engine

// OutputError says that the files to be published could not be written.
type OutputError struct {
	Err   error // what the engine says
	Cause error // what the system answered, such as syscall.ENOSPC
}

// Error gives the message of the engine.
func (e *OutputError) Error() string { return e.Err.Error() }

// Unwrap gives both errors.
func (e *OutputError) Unwrap() []error { return []error{e.Err, e.Cause} }
