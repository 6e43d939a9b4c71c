package landing

import (
	"cmp"
	"path/filepath"
	"slices"
	"time"
)

// Branch is a file that counts, as the models read it.
type Branch struct {
	Parts    []string // absolute paths of the Parquet files; none for a file without rows
	Number   int64    // of its rows in the column _branch of a pack; zero: all rows of the parts are its own
	File     File     // Columns says which columns the parts have
	LoadID   string
	LandedAt time.Time
	// IsCurrent says that the file belongs to the newest export. A record of a file that is not current
	// was deleted if no current file of the same source has it. In mode delta every file is current.
	IsCurrent bool
	// MayRepeat says that a key may occur more than once, in this branch or with another.
	MayRepeat bool
}

// landed is a file with the load that brought it.
type landed struct {
	file File
	load Load
}

// content names what a file holds for which day, whatever its name and however it was read.
func (f landed) content() string {
	day := ""
	if f.file.NameDate != nil {
		day = f.file.NameDate.Format(time.DateOnly)
	}
	return digest(f.file.ContentHash, day)
}

// feed is what one source says of one entity.
type feed struct{ source, entity string }

// Branches gives the branches of an entity in the loads, oldest load first, then by source and name.
// The loads are in the order of Log.Loads; dir gives the folder of a load, as Log.Dir does.
//
// Of a content that was landed several times only the newest landing counts, so that the newest
// mapping does. A file without rows is a branch without parts.
func Branches(loads []Load, entity string, dir func(id string) string) []Branch {
	feeds := map[feed][]landed{}
	for _, file := range files(loads) {
		if file.file.Entity == entity {
			key := feed{file.file.Source, entity}
			feeds[key] = append(feeds[key], file)
		}
	}
	var branches []Branch
	for key, all := range feeds {
		current := currentContents(loads, key, all)
		for _, file := range newestOf(all, landed.content) {
			branches = append(branches, branch(file, dir, current == nil || current[file.content()]))
		}
	}
	slices.SortFunc(branches, func(a, b Branch) int {
		return cmp.Or(
			a.LandedAt.Compare(b.LandedAt), cmp.Compare(a.LoadID, b.LoadID),
			cmp.Compare(a.File.Source, b.File.Source), cmp.Compare(a.File.Name, b.File.Name),
		)
	})
	for i := range branches {
		branches[i].MayRepeat = len(branches) > 1 || !branches[i].File.UniqueKeys
	}
	return branches
}

func branch(file landed, dir func(id string) string, isCurrent bool) Branch {
	b := Branch{File: file.file, LoadID: file.load.ID, LandedAt: file.load.LandedAt, IsCurrent: isCurrent}
	for _, part := range file.file.Parts {
		if at, ok := file.load.packed[part.Name]; ok {
			b.Parts, b.Number = []string{at.path}, at.number
			continue
		}
		b.Parts = append(b.Parts, filepath.Join(dir(file.load.ID), part.Name))
	}
	return b
}

// currentContents gives the contents of the current snapshot; nil means that all are current.
//
// Where file names carry dates, the snapshot is what bears the newest date, even after the files were
// moved away. Where they do not, it is what lay in the folder at the newest scan that saw anything:
// an empty folder is a missing export, not one that says that everything was deleted.
func currentContents(loads []Load, key feed, all []landed) map[string]bool {
	scan, ok := NewestScan(loads, key.source, key.entity)
	if !ok || scan.Mode != Snapshot {
		return nil
	}
	var newest time.Time
	for _, file := range all {
		if date := file.file.NameDate; date != nil && date.After(newest) {
			newest = *date
		}
	}
	current := map[string]bool{}
	if !newest.IsZero() {
		for _, file := range newestOf(all, func(f landed) string { return f.file.Name }) {
			if date := file.file.NameDate; date != nil && date.Equal(newest) {
				current[file.content()] = true
			}
		}
		return current
	}
	seen := newestFilled(loads, key)
	for _, file := range all {
		if slices.Contains(seen.Files, file.file.Identity()) {
			current[file.content()] = true
		}
	}
	return current
}

// NewestScan gives the newest scan of an entity of a source, and whether there is one. The loads are
// in the order of Log.Loads.
func NewestScan(loads []Load, source, entity string) (Scan, bool) {
	for _, load := range slices.Backward(loads) {
		for _, scan := range load.Scans {
			if scan.Source == source && scan.Entity == entity {
				return scan, true
			}
		}
	}
	return Scan{}, false
}

// newestFilled gives the newest scan of a feed that names a file.
func newestFilled(loads []Load, key feed) Scan {
	for _, load := range slices.Backward(loads) {
		for _, scan := range load.Scans {
			if scan.Source == key.source && scan.Entity == key.entity && len(scan.Files) > 0 {
				return scan
			}
		}
	}
	return Scan{}
}

func files(loads []Load) []landed {
	var all []landed
	for _, load := range loads {
		for _, file := range load.Files {
			all = append(all, landed{file: file, load: load})
		}
	}
	return all
}

// newestOf gives the last file of each key, in the order of the files.
func newestOf(all []landed, key func(landed) string) []landed {
	last := map[string]int{}
	for i, file := range all {
		last[key(file)] = i
	}
	var newest []landed
	for i, file := range all {
		if last[key(file)] == i {
			newest = append(newest, file)
		}
	}
	return newest
}
