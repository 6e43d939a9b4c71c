package landing

import "slices"

// Index finds landed files.
type Index struct {
	byName    map[string]File   // what landed last under a name
	byContent map[string][]File // what was landed with a content and a mapping, in order
}

// NewIndex gives the index of the files of the loads, which are in the order of Log.Loads.
func NewIndex(loads []Load) *Index {
	index := &Index{byName: map[string]File{}, byContent: map[string][]File{}}
	for _, f := range files(loads) {
		index.Add(f.file)
	}
	return index
}

// Add takes in a file that landed after all others.
func (x *Index) Add(f File) {
	x.byName[f.place()] = f
	x.byContent[f.reading()] = append(x.byContent[f.reading()], f)
}

// Find gives the landed file that stands for the wanted one, of which only Source, Entity, Name,
// ContentHash, MappingHash and NameDate count. If there is none, the wanted file is to be landed. A
// scan names the file by the identity of the one found.
//
// What landed last under a name stands for a file of that name, if content and mapping are the same:
// a file that went back to what it held before, or a mapping that did, is landed again, since it is
// newer than what came between. A new name stands for the same content under another name, unless
// the names bear different dates: what was true on two days is true until the second.
func (x *Index) Find(want File) (File, bool) {
	if last, ok := x.byName[want.place()]; ok {
		if last.reading() == want.reading() {
			return last, true
		}
		return File{}, false
	}
	for _, f := range slices.Backward(x.byContent[want.reading()]) {
		if x.byName[f.place()].reading() == want.reading() {
			return f, true
		}
	}
	return File{}, false
}

// place names a file of a source.
func (f File) place() string { return digest(f.Source, f.Entity, f.Name) }

// reading names a content, the day that it is of, and how it was read.
func (f File) reading() string {
	return digest(f.Source, f.Entity, f.MappingHash, landed{file: f}.content())
}
