// Package check decides from the outcome of the checks whether a run may publish. A check blocks or
// warns. It fails closed: one that errors, or that had nothing to look at, has failed. A person may
// accept a failed check for one run, with a reason that the manifest keeps.
package check
