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

// ModelError says that a model could not be built.
type ModelError struct {
	Model string // its name
	Err   error  // what the engine says
}

// Error names the model.
func (e *ModelError) Error() string { return "build model " + e.Model + ": " + e.Err.Error() }

// Unwrap gives what the engine says.
func (e *ModelError) Unwrap() error { return e.Err }

// BoundModel is what an engine finds in the text of a model without any rows.
type BoundModel struct {
	Name    string
	Columns []BoundColumn // that the SELECT gives
	Err     error         // why the engine refuses the text, such as a column that is not there
}

// BoundColumn is a column of a SELECT with the type that the engine gives it, such as BIGINT.
type BoundColumn struct {
	Name, Type string
}
