package publish

import (
	"io/fs"
	"os"
)

// renameUnlessThere looks first because a plain rename replaces an empty folder without a word.
func renameUnlessThere(from, to string) error {
	_, err := os.Lstat(to)
	if err == nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
	}
	if !missing(err) {
		return err
	}
	return os.Rename(from, to)
}
