package load

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"truce/pipeline/entity"
)

// Extract says how the text of one file is to be understood.
type Extract struct {
	Entity     *entity.Entity
	Attributes []entity.Field // further columns, typed; their order is the landing's
	// Headers lists, by field or attribute, the header names that are accepted for it, best first.
	// A name that is missing here is matched by itself. Case, surrounding blanks and a byte order
	// mark do not matter.
	Headers map[string][]string
	// FirstOf lists fields of which every header of their list that the file has is read: the first
	// cell of a record that says something counts. The format is one for all of them.
	FirstOf  []string
	Required []string // fields that the header must have beyond the contract's required ones

	Delimiter   byte           // 0: detected from the header against the contract
	HeaderApart bool           // the header is no line of the file: the line behind it is line 1
	DateOrder   string         // ymd, dmy or mdy; "": decided per column
	Decimal     string         // point or comma; "": decided per column
	Zone        *time.Location // zone of times that carry none; nil is UTC
	LocalZone   *time.Location // the company's zone, in which a date alone is a day; nil is UTC
	Nulls       []string       // words that mean nothing, besides the empty cell
	Booleans    map[string]bool
	BlankFalse  bool     // an empty boolean is false
	Footers     []string // the last records are ignored if their first field starts with one of these
	Comments    string   // a record that starts with this is ignored; "" ignores none

	// Values says by field which words are read as which others, before anything else is made of them;
	// surrounding blanks do not matter, case does. What becomes empty is null.
	Values map[string]map[string]string
	// Prefixes says by text field how its values start; another value belongs to another field and is null.
	Prefixes  map[string]string
	FoldCase  []string            // text fields that are read in lower case
	Constants map[string]string   // by field without a column in the file: one value for all rows, written as a cell
	Only      map[string][]string // by header: a record whose cell there is none of these is ignored; case does not matter
	Unpivot   *Unpivot            // nil: a record is one row, unless Split says otherwise
	Split     *Split              // nil: no cell is a list; not together with Unpivot
	PersonKey []byte              // secret; person_key is the keyed hash of the e-mail address in its column; nil: it is not read

	SalesforceIDs bool // 15-character ids become their 18-character form
	ExcelSerials  bool // a number in a date column is a day of Excel's calendar

	Currency   string            // the contract's currency where the file has no column for it
	FileName   string            // names the file in ids that are made from a record's place
	Remembered map[string]string // formats by field that earlier files settled, as in Result.Formats
}

// Unpivot turns each of several columns into a row of its own: a record with something in three of
// them becomes three rows, and one with nothing in any of them becomes none. A column whose name
// means nothing, because Extract.Values makes it empty or it is a null word, is left out.
type Unpivot struct {
	Headers []*regexp.Regexp // for whole headers; the first group is the name
	Name    string           // field that gets the name
	Value   string           // field that gets the cell
}

// Split reads the cell of a text field as a list: a record becomes one row for each part that says
// something, and none if there is no such part.
type Split struct {
	Field     string
	Separator string // between the parts; blanks around them do not matter
}

// Target says where the parts go.
type Target struct {
	Dir     string // an existing folder
	Prefix  string // files are <Prefix>-<n>.parquet and <Prefix>-quarantine.parquet
	Writers int    // how many parts may be written at once; 0 means one per core
}

// fields lists the columns of the landing in order: the contract's, then the attributes.
func (x *Extract) fields() []entity.Field {
	return slices.Concat(x.Entity.Fields, x.Attributes)
}

// isFirstOf tells whether a field is read from the first cell of several that says something.
func (x *Extract) isFirstOf(field string) bool { return slices.Contains(x.FirstOf, field) }

// headersFor lists the header names for a field, best first.
func (x *Extract) headersFor(field string) []string {
	if names, ok := x.Headers[field]; ok {
		return names
	}
	return []string{field}
}

// booleans gives the words for true and false in lower case.
func (x *Extract) booleans() map[string]bool {
	if x.Booleans == nil {
		return map[string]bool{
			"true": true, "false": false, "1": true, "0": false,
			"yes": true, "no": false, "t": true, "f": false, "y": true, "n": false,
		}
	}
	words := make(map[string]bool, len(x.Booleans))
	for word, value := range maps.All(x.Booleans) {
		words[strings.ToLower(strings.TrimSpace(word))] = value
	}
	return words
}
