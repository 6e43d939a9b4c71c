package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"time"

	"github.com/apache/arrow-go/v18/parquet/file"

	"truce/pipeline/check"
	"truce/pipeline/history"
	"truce/pipeline/publish"
)

// publish puts the staged files on the drive and removes runs that are too old.
func (r *run) publish(ctx context.Context, staging *publish.Staging, v *view, fingerprint string) error {
	published, err := staging.Publish(ctx, r.manifest(v, fingerprint), parquetRows)
	if err != nil {
		return err
	}
	r.outcome.Report, r.outcome.State = published.Run, history.Published
	if !published.IsLatest && r.KnownAt.IsZero() {
		r.outcome.Warnings = append(r.outcome.Warnings,
			"the current run stays as it is: it reports a later day than "+r.asOf.Time().Format(time.DateOnly))
	}
	if published.Durability != publish.DurabilityFsync {
		r.outcome.Warnings = append(r.outcome.Warnings, "durability: unknown; the share cannot sync folders")
	}
	removed, err := r.drop.Retain(r.Config.Reports.KeepDays, r.Now())
	if err != nil {
		return err
	}
	for _, id := range removed {
		r.outcome.Warnings = append(r.outcome.Warnings, "removed the run "+id+": it is older than reports.keep_days")
	}
	return nil
}

func (r *run) manifest(v *view, fingerprint string) publish.Manifest {
	m := publish.Manifest{
		Program: r.Program, Slot: r.slot(), Job: r.Job, AsOf: r.asOf.Time().Format(time.DateOnly), KnownAt: r.knownAt,
		Company: r.Config.Company, Timezone: r.Config.Timezone, Currency: r.Config.Currency,
		ConfigHash: r.Config.Hash(), Fingerprint: fingerprint, Warnings: r.outcome.Warnings,
		KeepsLatest: r.isReplay(),
		Predecessor: v.predecessor, Basis: r.basis(v.graph),
	}
	for _, b := range v.branches {
		m.Inputs = append(m.Inputs, publish.Input{
			Source: b.File.Source, Entity: b.File.Entity, Name: b.File.Name, Hash: b.File.ContentHash, Size: b.File.Size,
			Loaded: b.File.Counts.Loaded, Quarantined: b.File.Counts.Quarantined, Blank: b.File.Counts.Blank, Ignored: b.File.Counts.Ignored,
		})
	}
	for _, own := range ownOf(v.graph) {
		sum := sha256.Sum256([]byte(own.Text))
		m.Models = append(m.Models, publish.Model{Name: own.Name, SHA256: hex.EncodeToString(sum[:])})
	}
	for _, c := range r.outcome.Verdict.Results {
		m.Checks = append(m.Checks, publish.Check{Name: c.Name, Status: string(c.Status), Detail: c.Detail})
		if c.Status == check.Accepted {
			m.Accepted = append(m.Accepted, publish.Acceptance{Check: c.Name, Reason: r.Accept[c.Name]})
		}
	}
	return m
}

// parquetRows reads the row count of a Parquet file back; other files have none.
func parquetRows(path string) (int64, error) {
	if filepath.Ext(path) != ".parquet" {
		return -1, nil
	}
	reader, err := file.OpenParquetFile(path, false)
	if err != nil {
		return 0, fmt.Errorf("read %s back: %w", filepath.Base(path), err)
	}
	return reader.NumRows(), reader.Close()
}
