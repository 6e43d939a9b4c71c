package pipeline

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"

	"truce/pipeline/engine"
	"truce/pipeline/landing"
)

// packAfter is how many small Parquet files of an entity may lie about.
const packAfter = 64

// compact packs small files of many loads, if there are many. What cannot be packed is only a warning:
// the landing is as good as before, and the next run tries again.
func (r *run) compact(ctx context.Context) {
	bundles, err := r.log.Bundles(cmp.Or(r.PackAfter, packAfter))
	if len(bundles) > 0 {
		err = r.step("compact", func() error {
			var problems []error
			for _, b := range bundles {
				problems = append(problems, r.pack(ctx, b))
			}
			return errors.Join(append(problems, r.log.Tidy())...)
		})
	}
	if err != nil {
		r.outcome.Warnings = append(r.outcome.Warnings, "small files of the landing are not packed: "+err.Error())
	}
}

// pack writes one pack.
func (r *run) pack(ctx context.Context, b landing.Bundle) error {
	staging, err := r.log.BeginPack(r.Now())
	if err != nil {
		return err
	}
	b.Pack.Part = landing.Part{Name: b.Pack.Entity + ".parquet", Rows: b.Rows}
	packing := engine.Packing{
		Rows: b.Rows, To: filepath.Join(staging.Dir(), b.Pack.Part.Name), Work: filepath.Join(r.work, "packing"),
	}
	for _, source := range b.Sources {
		packing.Files = append(packing.Files, engine.PackedFile{Path: source.Path, Was: source.Was, Is: source.Number})
	}
	if err := r.Engine.Pack(ctx, packing); err != nil {
		return errors.Join(err, staging.Discard())
	}
	if err := staging.Commit(b.Pack); err != nil {
		return errors.Join(err, staging.Discard())
	}
	return nil
}
