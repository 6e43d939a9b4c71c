package source

import (
	"errors"
	"io/fs"
	"strings"
)

// RefusedError says that a file cannot be trusted as a whole: nothing of it is to be loaded.
type RefusedError struct {
	Name   string // the file, as reports name it
	Reason string // what is wrong, as the rest of a sentence that starts with the name
	Hint   string // what to do about it
	Err    error  // the cause, if another error is one
}

// Error gives one sentence that names the file, what is wrong and what to do.
func (e *RefusedError) Error() string {
	text := e.Name + " " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Unwrap gives the cause.
func (e *RefusedError) Unwrap() error { return e.Err }

// PatternError says that the configured patterns of file names cannot be used as they are.
type PatternError struct {
	Source   string   // name of the source in the configuration
	Entities []string // the entities whose patterns are meant
	Reason   string   // what is wrong
	Hint     string   // what to do about it
}

// Error gives one sentence that names the source, the entities, what is wrong and what to do.
func (e *PatternError) Error() string {
	return "source " + e.Source + ": files of " + strings.Join(e.Entities, " and ") + ": " + e.Reason + "; " + e.Hint
}

// refuseAccess explains why the system did not let a file be opened.
func refuseAccess(name string, err error) error {
	refused := &RefusedError{Name: name, Err: err}
	var path *fs.PathError
	if errors.As(err, &path) {
		refused.Err = path.Err // the name is said already
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		refused.Reason = "cannot be read"
		refused.Hint = "give the user that runs truce the right to read it"
	case errors.Is(err, fs.ErrNotExist):
		refused.Reason = "is not there any more"
		refused.Hint = "whatever moves exports away must wait until the run is over"
	default:
		refused.Reason = "cannot be opened inside the source's folder"
		refused.Hint = "put the file itself there; links must not lead out of the folder"
	}
	return refused
}
