package publish

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameNoReplace renames a folder and never replaces one. Shares that do not know the flag get a
// look and a plain rename, which the caller's lock makes safe.
func renameNoReplace(from, to string) error {
	for {
		err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case unsupported(err):
			return renameUnlessThere(from, to)
		default:
			return &os.LinkError{Op: "renameat2", Old: from, New: to, Err: err}
		}
	}
}

// dropCache makes the next reader fetch a synced file from the share instead of from memory. It is
// advice: where it is not followed, reading back proves less but is not wrong.
func dropCache(file *os.File) {
	_ = unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED)
}
