package landing

import (
	"path/filepath"
	"time"
)

// Limits of packing, in bytes.
const (
	smallFile = 8 << 20  // what a larger file saves by being packed is not worth writing it again
	smallPack = 64 << 20 // a larger pack is left as it is
)

// Bundle is what a new pack takes in.
type Bundle struct {
	Pack    Pack // without its part
	Sources []BundleSource
	Rows    int64
}

// BundleSource is a Parquet file with rows of a bundle.
type BundleSource struct {
	Path   string
	Was    int64 // number of the rows in the file's column _branch; zero: it has no such column, and all rows count
	Number int64 // of the branch in the bundle
}

// bundler gathers what can be packed together: files of one entity and one layout.
type bundler struct {
	bundle Bundle
	loose  int // parts that no pack has
}

// Bundles gives what is to be packed: where more than most parts of small files of one layout lie about,
// these, and the small packs of that layout, so that there are never many of either.
func (l *Log) Bundles(most int) ([]Bundle, error) {
	packs, err := l.readPacks()
	if err != nil {
		return nil, err
	}
	loads, err := l.Loads(lastInstant())
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for _, pack := range packs {
		sizes[filepath.Join(l.packDir(pack.ID), pack.Part.Name)] = pack.Part.Size
	}
	var order []string
	groups := map[string]*bundler{}
	for _, f := range files(loads) {
		key := digest(f.file.Entity, f.file.Layout())
		if groups[key] == nil {
			groups[key] = &bundler{bundle: Bundle{Pack: Pack{Entity: f.file.Entity, Layout: f.file.Layout()}}}
			order = append(order, key)
		}
		groups[key].add(f, l.Dir(f.load.ID), sizes)
	}
	var bundles []Bundle
	for _, key := range order {
		if groups[key].loose > most {
			bundles = append(bundles, groups[key].bundle)
		}
	}
	return bundles, nil
}

// add takes a file in, if it is small.
func (b *bundler) add(f landed, dir string, packs map[string]int64) {
	if len(f.file.Parts) == 0 {
		return
	}
	branch := PackBranch{Number: int64(len(b.bundle.Pack.Branches)) + 1, Load: f.load.ID, Rows: f.file.Rows}
	var size int64
	for _, part := range f.file.Parts {
		branch.Parts = append(branch.Parts, part.Name)
		size += part.Size
	}
	at, isPacked := f.load.packed[branch.Parts[0]]
	switch {
	case isPacked && packs[at.path] >= smallPack, !isPacked && size >= smallFile:
		return
	case isPacked:
		b.bundle.Sources = append(b.bundle.Sources, BundleSource{Path: at.path, Was: at.number, Number: branch.Number})
	default:
		b.loose += len(branch.Parts)
		for _, name := range branch.Parts {
			b.bundle.Sources = append(b.bundle.Sources, BundleSource{Path: filepath.Join(dir, name), Number: branch.Number})
		}
	}
	b.bundle.Pack.Branches = append(b.bundle.Pack.Branches, branch)
	b.bundle.Rows += branch.Rows
}

// Layout is the same for files whose parts have the same columns of the same types in the same order.
func (f File) Layout() string {
	var texts []string
	for _, c := range f.Columns {
		texts = append(texts, c.Name, c.Type)
	}
	return digest(texts...)
}

// lastInstant is after every load.
func lastInstant() time.Time { return time.Unix(1<<40, 0) }
