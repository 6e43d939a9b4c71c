// Package plan turns the configuration and the state of the landing into what an engine is given:
// the config_ relations (calendars, rates, the process, the segments) and the staging models that
// only the configuration can write (segment rules, exclusions, breakdowns).
package plan
