package landing

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// formatVersion is the version of load.json that this program writes and reads.
const formatVersion = 2

// The modes of a scan.
const (
	Delta    = "delta"
	Snapshot = "snapshot"
)

// Load is one committed load. Times are UTC, in microseconds.
type Load struct {
	Format   int       `json:"format"` // version of load.json; Commit fills it
	ID       string    `json:"id"`     // sorts by time; Commit fills it
	LandedAt time.Time `json:"landed_at"`
	Files    []File    `json:"files"`
	Scans    []Scan    `json:"scans"`

	packed map[string]place // by part: where a pack has its rows; Log.Loads fills it
}

// Scan says which files of an entity lay in the folder of a source.
type Scan struct {
	Source string   `json:"source"`
	Entity string   `json:"entity"`
	Mode   string   `json:"mode"`  // Delta or Snapshot
	Files  []string `json:"files"` // File.Identity of each, landed in this load or before
}

// File is what a load took from one file.
type File struct {
	Source      string           `json:"source"`
	Entity      string           `json:"entity"`
	Name        string           `json:"name"` // path below the source's folder
	ContentHash string           `json:"content_hash"`
	MappingHash string           `json:"mapping_hash"`
	Size        int64            `json:"size"`         // bytes
	EffectiveAt time.Time        `json:"effective_at"` // date in the name, else newest modified_at, else ModTime
	NameDate    *time.Time       `json:"name_date"`    // date in the name
	ModTime     time.Time        `json:"mod_time"`
	Counts      Counts           `json:"counts"`
	Rules       map[string]int64 `json:"rules"`      // quarantined records by rule
	Parts       []Part           `json:"parts"`      // Parquet files in the folder of the load
	Quarantine  string           `json:"quarantine"` // Parquet file of the quarantined records, "" if there are none
	// QuarantineSize is the size of that file in bytes; Commit fills it.
	QuarantineSize int64             `json:"quarantine_size"`
	Columns        []Column          `json:"columns"`  // of the parts, in their order
	Unmapped       []string          `json:"unmapped"` // headers that nothing names
	Formats        map[string]string `json:"formats"`  // what the file settled about its columns
	UniqueKeys     bool              `json:"unique_keys"`
	Encoding       string            `json:"encoding"`
	Delimiter      string            `json:"delimiter"`
	Replace        string            `json:"replace"` // "month": the file replaces the months it holds
	Warnings       []string          `json:"warnings"`
	// Rows is how many rows the parts hold; it differs from Counts.Loaded where a record became several.
	Rows int64 `json:"rows"`
	// Values counts by field the values of text columns with few different ones.
	Values map[string]map[string]int64 `json:"values,omitempty"`
}

// Counts says what became of the physical records of a file.
type Counts struct {
	Records     int64 `json:"records"`
	Header      int64 `json:"header"`
	Loaded      int64 `json:"loaded"`
	Quarantined int64 `json:"quarantined"`
	Blank       int64 `json:"blank"`
	Ignored     int64 `json:"ignored"`
}

// Check fails if a record is not counted exactly once.
func (c Counts) Check() error {
	if sum := c.Header + c.Loaded + c.Quarantined + c.Blank + c.Ignored; sum != c.Records {
		return fmt.Errorf("%d physical records, but header %d + loaded %d + quarantined %d + blank %d + ignored %d = %d",
			c.Records, c.Header, c.Loaded, c.Quarantined, c.Blank, c.Ignored, sum)
	}
	return nil
}

// Part is one Parquet file of a load.
type Part struct {
	Name string `json:"name"` // file name in the folder of the load
	Rows int64  `json:"rows"`
	Size int64  `json:"size"` // bytes; Commit fills it where it is 0
}

// Column is one column of the parts.
type Column struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Header string `json:"header"`           // header of the file that it was read from
	Mapped bool   `json:"mapped"`           // whether the file has it; it is null otherwise
	Filled *int64 `json:"filled,omitempty"` // rows that have a value; nil where a former version landed the file
}

// Identity gives 32 hex digits that name this content of this file, read by this mapping.
func (f File) Identity() string {
	return digest(f.Source, f.Entity, f.Name, f.ContentHash, f.MappingHash)
}

// digest is a hash of the texts in their order; the length of each goes in, so that none runs into
// the next.
func digest(texts ...string) string {
	hash := sha256.New()
	for _, text := range texts {
		hash.Write([]byte(strconv.Itoa(len(text)) + ":" + text))
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// normalise brings all times to UTC and microseconds, which is what the landing can hold.
func (l *Load) normalise() {
	l.LandedAt = instant(l.LandedAt)
	for i := range l.Files {
		file := &l.Files[i]
		file.EffectiveAt, file.ModTime = instant(file.EffectiveAt), instant(file.ModTime)
		if file.NameDate != nil {
			date := instant(*file.NameDate)
			file.NameDate = &date
		}
	}
}

func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
