package publish

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strconv"
	"strings"
)

// maxName keeps <drop>/runs/<slot>-r<N>/<report>.parquet well below the 260 characters that some
// Windows programs stop at.
const maxName = 80

var runID = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_-]*)-r([1-9][0-9]{0,8})$`)

// FolderName turns a slot key into a name that is safe on every share, Windows included: the zone
// in brackets and colons go, everything but letters, digits, "-" and "_" becomes "-".
// nightly@2026-03-29T02:30[Europe/Berlin] gives nightly-2026-03-29T0230.
func FolderName(slot string) string {
	key, _, _ := strings.Cut(slot, "[")
	key = strings.ReplaceAll(key, ":", "")
	name := strings.Trim(strings.Map(safeRune, key), "-_")
	if name == "" {
		name = "slot"
	}
	if len(name) > maxName {
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(slot)) // a hash never fails to take bytes
		name = fmt.Sprintf("%s-%08x", name[:maxName], sum.Sum32())
	}
	return name
}

func safeRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		return r
	default:
		return '-'
	}
}

func formatRunID(folder string, revision int) string {
	return folder + "-r" + strconv.Itoa(revision)
}

// parseRunID splits a run's folder name; ok is false for names that publish never gives.
func parseRunID(id string) (folder string, revision int, ok bool) {
	parts := runID.FindStringSubmatch(id)
	if parts == nil {
		return "", 0, false
	}
	revision, err := strconv.Atoi(parts[2])
	return parts[1], revision, err == nil
}

// checkFileName refuses names that would leave the run folder or that a Windows client cannot open.
func checkFileName(name string) error {
	switch {
	case name == "" || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.HasSuffix(name, " "):
		return fmt.Errorf("%q is no name for a published file: it is empty, or starts or ends with a dot or blank", name)
	case strings.ContainsAny(name, `/\:*?"<>|`) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		return fmt.Errorf("%q is no name for a published file: it holds a character that shares refuse", name)
	case strings.EqualFold(name, manifestFile):
		return fmt.Errorf("%q is written by the publication itself; give the file another name", name)
	default:
		return nil
	}
}
