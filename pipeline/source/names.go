package source

import (
	"path"
	"slices"
	"strings"
)

// tableExtensions are those of the files that a table may be in, packedExtensions those around them.
func tableExtensions() []string {
	return []string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet", ".jsonl", ".ndjson", ".json"}
}

func packedExtensions() []string { return []string{".gz", ".zst", ".zip"} }

// stem gives the base of a name in lower case without its extensions, and whether these are the ones
// of a table, packed or not.
func stem(name string) (string, bool) {
	base := strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	packed := path.Ext(base)
	isPacked := slices.Contains(packedExtensions(), packed)
	if isPacked {
		base = strings.TrimSuffix(base, packed)
	}
	if ext := path.Ext(base); slices.Contains(tableExtensions(), ext) {
		return strings.TrimSuffix(base, ext), true
	}
	return base, isPacked
}

// isTable tells whether the extension of a name says that a table is in the file, whatever it is about.
func isTable(name string) bool {
	_, ok := stem(name)
	return ok && !isArchive(name)
}

// isExport tells whether a file has one of the formats in which people export from a CRM by hand. A text
// or a JSON file beside the exports is usually something else.
func isExport(name string) bool {
	base := strings.ToLower(name)
	if ext := path.Ext(base); slices.Contains(packedExtensions(), ext) {
		base = strings.TrimSuffix(base, ext)
	}
	return isTable(name) && !slices.Contains([]string{".txt", ".json"}, path.Ext(base))
}

// passedOver says that a name is never an extract, whatever the patterns: it is hidden, the lock
// file of an office program, or the name under which a transfer program writes until it is done.
func passedOver(base string) bool {
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$") || strings.HasSuffix(base, "~") {
		return true
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp":
		return true
	}
	return false
}
