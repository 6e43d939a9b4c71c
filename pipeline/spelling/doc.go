// Package spelling finds values that are probably one value written in several ways: google and
// Google, GTXPro and GTX Pro, a Cyrillic В beside a Latin B. It is pure.
//
// Two values are spelled alike when they have the same skeleton: what is left of a value without
// case, blanks and punctuation, with every letter that looks like a Latin one replaced by it. Signs
// that tell values apart stay: plus, number sign, a hyphen at the end (A, A+, A-), and whatever
// stands between two digits (1-10 is not 110).
package spelling
