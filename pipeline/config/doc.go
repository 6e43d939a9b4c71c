// Package config reads truce.yaml: it decodes the file strictly, fills the defaults, checks every
// value and resolves relative paths against the file's folder.
//
// A key is the dotted path of a setting, such as sources[0].extracts.opportunity.mode. A problem is
// one thing that is wrong with one key, with the place in the file. All problems of a file are
// reported at once.
//
// The struct tags are the single description of the file: yaml names the key, doc describes it,
// default and enum say which values it takes, keys says what the keys of a mapping are. The decoder
// and the JSON Schema for editors both come from them.
package config
