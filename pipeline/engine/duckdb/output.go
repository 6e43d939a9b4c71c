package duckdb

import (
	"strings"
	"syscall"

	"truce/pipeline/engine"
)

// outputError tells failures to write into the folder out from all others. DuckDB gives the answer of
// the system in words alone; its number lets others tell a full share from a broken one.
func outputError(err error, out string) error {
	if err == nil || !strings.Contains(err.Error(), out) {
		return err
	}
	text := strings.ToLower(err.Error())
	for _, number := range []syscall.Errno{
		syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EROFS, syscall.EACCES, syscall.EPERM, syscall.EBUSY, syscall.ESTALE,
	} {
		if strings.Contains(text, number.Error()) {
			return &engine.OutputError{Err: err, Cause: number}
		}
	}
	return err
}
