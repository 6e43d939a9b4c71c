// Package source finds the extracts of a source and opens them as UTF-8 text. It knows where files
// are, how they are packed and encoded, and what each CRM calls them. It knows nothing about what
// a row means.
//
// A source is one folder of exports (or one zip file) of one system. An extract is a file for one
// entity; it lies in the folder as a file, or in a zip archive there as a member. A preset says what
// wrote the files: how they are named, which header holds which field, how values are written.
// Presets are data, one YAML file each in the folder presets.
//
// A claim is what the name of a file says about its entity. Where a name leaves a choice, or says nothing,
// the header decides: a fit tells how well a header fits one of the exports that a preset knows. Signs are
// the headers that tell one export from all others; a fit is sure if it has some and lacks nothing.
//
// A file is growing while whoever writes it has not finished. It is left alone for this run. A file
// is refused when it can be seen that reading it would give something else than what was exported:
// it is truncated, it cannot be read, it leads out of the source's folder, or it is no text.
package source
