package publish

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// FormatVersion is the version of the manifest that this package writes and the newest it reads.
const FormatVersion = 1

const (
	// DurabilityFsync says that files and folders were brought to the disk.
	DurabilityFsync = "fsync"
	// DurabilityUnknown says that the share cannot tell whether a folder reached the disk.
	DurabilityUnknown = "unknown"
)

// Manifest describes a published run. The caller fills what it knows; Publish sets Format, Run,
// Revision, Files and Durability, and PublishedAt where it is zero.
type Manifest struct {
	Format      int          `json:"format"`
	Run         string       `json:"run"`
	Program     Program      `json:"program"`
	Slot        string       `json:"slot"`
	Revision    int          `json:"revision"`
	Job         string       `json:"job"`
	AsOf        string       `json:"as_of"` // local date, 2006-01-02
	KnownAt     time.Time    `json:"known_at"`
	PublishedAt time.Time    `json:"published_at"`
	Company     string       `json:"company"`
	Timezone    string       `json:"timezone"`
	Currency    string       `json:"currency"`
	Predecessor *Predecessor `json:"predecessor"`
	Basis       *Basis       `json:"basis,omitempty"`
	Inputs      []Input      `json:"inputs"`
	ConfigHash  string       `json:"config_hash"`
	Fingerprint string       `json:"fingerprint"`
	Models      []Model      `json:"own_models,omitempty"`
	Checks      []Check      `json:"checks"`
	Accepted    []Acceptance `json:"accepted"`
	Warnings    []string     `json:"warnings"`
	// Files may name files that the caller expects, with their rows; Publish refuses when one is
	// missing or was read back with other rows. It then lists all files, by name.
	Files      []File `json:"files"`
	Durability string `json:"durability"`
	// KeepsLatest publishes the run without ever making it the current one.
	KeepsLatest bool `json:"keeps_latest,omitempty"`
}

// Program is what made the run.
type Program struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	DuckDB  string `json:"duckdb"`
}

// Predecessor is the run that this one compares itself with.
type Predecessor struct {
	Run          string `json:"run"`
	ManifestHash string `json:"manifest_hash"`
}

// Basis is what later runs need to know to say why a number moved.
type Basis struct {
	ConfigHash       string         `json:"config_hash"` // of the settings that can move a number
	FiscalYearStarts int            `json:"fiscal_year_starts"`
	Breakdowns       []string       `json:"breakdowns"`
	Definitions      map[string]int `json:"definitions"` // versions of the models behind the compared reports, by name
}

// Input is one loaded file. The counts are records; Size is bytes.
type Input struct {
	Source      string `json:"source"`
	Entity      string `json:"entity"`
	Name        string `json:"name"`
	Hash        string `json:"hash"`
	Size        int64  `json:"size"`
	Loaded      int64  `json:"loaded"`
	Quarantined int64  `json:"quarantined"`
	Blank       int64  `json:"blank"`
	Ignored     int64  `json:"ignored"`
}

// Model is a model that did not come with the program.
type Model struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // of its text, in hex
}

// Check is the outcome of one check.
type Check struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Detail string `json:"detail"`
}

// Acceptance is a failed check that a person accepted for this run.
type Acceptance struct {
	Check  string `json:"check"`
	Reason string `json:"reason"`
}

// File is one published file: its size in bytes, its SHA-256 in hex, and its rows, nil for a file
// that has none.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Rows   *int64 `json:"rows"`
}

// check refuses a manifest from which no run can be named or ordered.
func (m *Manifest) check() error {
	if m.Slot == "" {
		return errors.New("the manifest has no slot")
	}
	if _, err := time.Parse(time.DateOnly, m.AsOf); err != nil {
		return fmt.Errorf("the manifest's as_of is no date like 2026-03-29: %w", err)
	}
	return nil
}

// normalise makes equal manifests equal bytes: UTC times, empty lists instead of null, files by name.
func (m *Manifest) normalise() {
	m.KnownAt, m.PublishedAt = m.KnownAt.UTC(), m.PublishedAt.UTC()
	m.Inputs, m.Checks, m.Accepted = present(m.Inputs), present(m.Checks), present(m.Accepted)
	m.Warnings, m.Files = present(m.Warnings), present(m.Files)
	slices.SortFunc(m.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
}

// present copies a list, so that the caller's is not touched, and turns nil into empty.
func present[T any](list []T) []T { return append([]T{}, list...) }

// encode writes JSON the same way every time: fields in struct order, indented, a newline at the end.
func encode(value any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decodeManifest reads a manifest and refuses one that does not belong to the run id, that a newer
// program wrote, or that names files outside of its folder.
func decodeManifest(id string, text []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return Manifest{}, fmt.Errorf("%w: the manifest is no valid JSON: %w", ErrBroken, err)
	}
	if m.Format < 1 || m.Format > FormatVersion {
		return Manifest{}, fmt.Errorf("%w: the manifest has format %d, this program reads 1 to %d", ErrBroken, m.Format, FormatVersion)
	}
	if m.Run != id {
		return Manifest{}, fmt.Errorf("%w: the manifest belongs to run %q", ErrBroken, m.Run)
	}
	if err := m.check(); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	for _, file := range m.Files {
		if err := checkFileName(file.Name); err != nil {
			return Manifest{}, fmt.Errorf("%w: %w", ErrBroken, err)
		}
	}
	return m, nil
}
