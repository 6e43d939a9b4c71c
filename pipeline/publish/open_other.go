//go:build !unix

package publish

// openFlags are none where links cannot be refused by opening.
const openFlags = 0
