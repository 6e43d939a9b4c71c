//go:build unix

package publish

import "syscall"

// openFlags refuse a symbolic link at the end of a path and do not wait for the other end of a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
