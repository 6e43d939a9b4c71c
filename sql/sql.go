// Package sql embeds the SQL models and nothing else. The folders follow the way of the data:
// staging (types are right, one row per record), intermediate, marts (one row per record,
// published), reports, and checks.
package sql

import "embed"

// Files holds the models.
//
//go:embed staging intermediate marts reports checks
var Files embed.FS
