// Package nearest finds the name that a person meant: the closest of the valid names, by edit
// distance.
package nearest
