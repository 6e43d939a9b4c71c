package load

import (
	"slices"
	"strings"

	"truce/pipeline/entity"
)

// origin tells where the values of a column come from.
type origin uint8

const (
	fromNowhere origin = iota // every value is null
	fromCell
	fromExtract // one value for all rows
	fromPlace   // the record's place in the file
)

// column is one column of the landing and how it is filled.
type column struct {
	field     entity.Field
	attribute bool
	origin    origin
	source    int    // place in the file, if fromCell
	header    string // as the file writes it, if fromCell
	constant  string // if fromExtract
	id        bool   // holds ids of a CRM
	longID    bool   // 15-character ids are Salesforce's
	date      *dateFormat
	number    *numberFormat
}

// plan is what is known of a file before its rows are read.
type plan struct {
	extract   *Extract
	headers   []string // of the file, without byte order mark and surrounding blanks
	columns   []column // of the landing, in order
	mapped    []int    // columns that come from cells, in order
	keys      []int    // mapped columns of the key
	modified  int      // the column modified_at, or -1
	placeKey  bool     // the key holds the record's place, so that it is unique
	booleans  map[string]bool
	delimiter byte
	warnings  []string
}

// newPlan lays out the columns for a header. It does not judge what is missing.
func newPlan(x *Extract, headers []string, delimiter byte) *plan {
	p := &plan{
		extract: x, headers: headers, delimiter: delimiter, modified: -1, booleans: x.booleans(),
	}
	utc, local := newZone(x.Zone), newZone(x.LocalZone)
	for i, f := range x.fields() {
		c := column{field: f, attribute: i >= len(x.Entity.Fields), source: -1}
		if at := match(headers, x.headersFor(f.Name)); len(at) > 0 {
			c.origin, c.source, c.header = fromCell, at[0], headers[at[0]]
		} else if !c.attribute {
			c.fill(x)
		}
		c.prepare(x, utc, local)
		p.columns = append(p.columns, c)
		if c.origin == fromCell {
			p.mapped = append(p.mapped, i)
			if f.Key && !c.attribute {
				p.keys = append(p.keys, i)
			}
			if f.Name == "modified_at" && !c.attribute && f.Type == entity.Timestamp {
				p.modified = i
			}
		}
		p.placeKey = p.placeKey || c.origin == fromPlace && f.Key
	}
	return p
}

// fill decides what a contract's column holds that the file does not have.
func (c *column) fill(x *Extract) {
	switch {
	case c.field.Name == "currency" && x.Currency != "":
		c.origin, c.constant = fromExtract, x.Currency
	case c.field.Key && !c.field.Required && c.field.Type == entity.Text:
		c.origin = fromPlace
	}
}

// prepare sets up how the column's cells are read, as far as the extract declares it.
func (c *column) prepare(x *Extract, utc, local *zone) {
	name := c.field.Name
	switch c.field.Type {
	case entity.Text:
		c.id = strings.HasSuffix(name, "_id") || name == "merged_into" || c.field.Key
		c.longID = x.SalesforceIDs && (strings.HasSuffix(name, "_id") || name == "merged_into")
	case entity.Date, entity.Timestamp:
		c.date = &dateFormat{serials: x.ExcelSerials, zone: utc, local: local}
		if o := parseOrder(x.DateOrder); o != noOrder {
			c.date.order, c.date.standing = o, byConfig
		}
	case entity.Integer, entity.Decimal, entity.Rate:
		c.number = &numberFormat{percent: name == "probability"}
		switch c.field.Type {
		case entity.Decimal:
			c.number.scale = 2
		case entity.Rate:
			c.number.scale = 8
		}
		if x.Decimal != "" {
			c.number.comma, c.number.standing = x.Decimal == "comma", byConfig
		}
	}
}

// clone gives columns whose formats may note what they see without disturbing others.
func (p *plan) clone() []column {
	columns := slices.Clone(p.columns)
	for i := range columns {
		if n := columns[i].number; n != nil {
			own := *n
			columns[i].number = &own
		}
	}
	return columns
}

// maps describes the columns for the result.
func (p *plan) maps() []ColumnMap {
	out := make([]ColumnMap, len(p.columns))
	for i, c := range p.columns {
		out[i] = ColumnMap{
			Field: c.field.Name, Type: c.field.Type, Attribute: c.attribute,
			Header: c.header, Index: c.source, Mapped: c.origin == fromCell,
		}
	}
	return out
}

// unmapped lists the headers that no column takes.
func (p *plan) unmapped() []string {
	var names []string
	for i, name := range p.headers {
		taken := slices.ContainsFunc(p.columns, func(c column) bool { return c.source == i })
		if !taken && name != "" {
			names = append(names, name)
		}
	}
	return names
}
