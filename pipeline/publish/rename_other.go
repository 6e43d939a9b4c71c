//go:build !linux

package publish

import "os"

// renameNoReplace renames a folder and never replaces one, which the caller's lock makes safe.
func renameNoReplace(from, to string) error { return renameUnlessThere(from, to) }

// dropCache does nothing where no such advice can be given.
func dropCache(*os.File) {}
