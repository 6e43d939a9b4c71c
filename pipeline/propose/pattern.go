package propose

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var digitsPattern = regexp.MustCompile(`[0-9]+([-_. ]?[0-9]+)*`)

// patterns names the files of an extract: by their names, with the digits of dates and numbers left
// open, if that names no other file.
func (s *sight) patterns(x *draftExtract) {
	names := map[string]bool{}
	for _, r := range x.readings {
		name := r.table.file.Name
		open := digitsPattern.ReplaceAllStringFunc(escape(path.Base(name)), func(digits string) string {
			if len(digits) >= 4 || len(x.readings) > 1 {
				return "*"
			}
			return digits
		})
		if strings.Contains(name, "!") {
			open = escape(name)
		} else if folder := path.Dir(name); folder != "." {
			open = escape(folder) + "/" + open
		}
		if s.catchesOthers(open, x) {
			open = escape(name)
		}
		names[open] = true
	}
	x.files = nil
	for name := range names {
		x.files = append(x.files, name)
	}
	slices.Sort(x.files)
}

// escape keeps the signs of patterns in a name from meaning something.
func escape(name string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "*", `\*`, "?", `\?`).Replace(name)
}

// catchesOthers tells whether a pattern names a file that is none of the extract's.
func (s *sight) catchesOthers(pattern string, x *draftExtract) bool {
	for _, t := range s.tables {
		if slices.ContainsFunc(x.readings, func(r *reading) bool { return r.table == t }) {
			continue
		}
		for _, name := range []string{t.file.Name, path.Base(t.file.Name)} {
			if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(name)); ok || err != nil {
				return true
			}
		}
	}
	return false
}
