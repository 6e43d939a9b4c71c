package load

import (
	"fmt"
	"time"

	"truce/pipeline/entity"
)

// Counts tells what became of the records of a file.
type Counts struct {
	Records     int64 // all of them
	Header      int64 // the header, 1
	Loaded      int64 // those that became rows of the parts, or would have if they had said something
	Quarantined int64 // those in the quarantine
	Blank       int64 // blank lines, and records of empty fields only
	Ignored     int64 // footers, comments, and those that Extract.Only leaves out
}

// Check verifies that each record is accounted for once.
func (c Counts) Check() error {
	sum := c.Header + c.Loaded + c.Quarantined + c.Blank + c.Ignored
	if c.Records == sum && min(c.Header, c.Loaded, c.Quarantined, c.Blank, c.Ignored) >= 0 {
		return nil
	}
	return fmt.Errorf("the records of the file do not add up: %d records, but %d header, %d loaded, %d quarantined, "+
		"%d blank and %d ignored make %d; this is a defect of the loader, do not trust this load",
		c.Records, c.Header, c.Loaded, c.Quarantined, c.Blank, c.Ignored, sum)
}

// Part is one Parquet file of loaded rows.
type Part struct {
	File string // name within the target's folder
	Rows int64
}

// ColumnMap tells where a column of the landing comes from.
type ColumnMap struct {
	Field     string
	Type      entity.Type
	Attribute bool   // not of the contract, but of the configuration
	Header    string // as the file writes it; "" if the file has none; several with " / " between them
	Index     int    // place in the file, from 0; -1 if the file has none; the first one of several
	Places    []int  // in the file, if the first cell of several that says something counts; else nil
	Constant  string // what the extract gives instead of a column; "" for nothing
	Mapped    bool   // the file has the column, or Extract.Constants has its value
	Filled    int64  // rows of the parts that have a value
}

// Result tells what a load did.
type Result struct {
	Counts     Counts
	Rules      map[string]int64 // quarantined rows by rule
	Parts      []Part
	Quarantine string // name of the quarantine's file within the target's folder, "" if there is none
	Columns    []ColumnMap
	Unmapped   []string // headers of the file that nothing names
	// Formats are the formats that this file settled, by field: date:dmy, date:mdy, decimal:point or
	// decimal:comma. The next file of the extract gets them as Extract.Remembered.
	Formats          map[string]string
	NewestModifiedAt *time.Time // newest modified_at of the loaded rows, UTC
	UniqueKeys       bool       // proven: no two loaded rows share the key; false says nothing
	Delimiter        byte
	Warnings         []string
	Rows             int64 // in the parts: Counts.Loaded, unless a record is several rows or none
	// Values counts by field the different values of text columns, where there are at most 200 of them.
	// Keys, ids, names and titles are left out, and so are columns without any value.
	Values map[string]map[string]int64
}

// RefusedError says that a file cannot be trusted as a whole. Nothing of it was kept.
type RefusedError struct {
	Line   int64 // line of the file that shows it; 0 if no single line does
	Reason string
	Hint   string // what to do
}

// Error says where, what and what to do.
func (e *RefusedError) Error() string {
	where := "the file is refused: "
	if e.Line > 0 {
		where = fmt.Sprintf("the file is refused at line %d: ", e.Line)
	}
	if e.Hint == "" {
		return where + e.Reason
	}
	return where + e.Reason + "; " + e.Hint
}
