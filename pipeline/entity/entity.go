package entity

import "slices"

// Type is the type of a field in the landing.
type Type uint8

// The types of the landing. A Timestamp is UTC without zone, in microseconds.
const (
	Text Type = iota
	Integer
	Decimal
	Rate
	Boolean
	Date
	Timestamp
)

// String gives the name that the configuration uses for the type.
func (t Type) String() string { return TypeNames()[t] }

// ParseType gives the type with this name, and whether there is one.
func ParseType(name string) (Type, bool) {
	i := slices.Index(TypeNames(), name)
	if i < 0 {
		return Text, false
	}
	return Type(i), true
}

// TypeNames lists the names of all types, in their order.
func TypeNames() []string {
	return []string{"text", "integer", "decimal", "rate", "boolean", "date", "timestamp"}
}

// SQL gives the type as portable SQL writes it.
func (t Type) SQL() string {
	return [...]string{
		"VARCHAR", "BIGINT", "DECIMAL(18,2)", "DECIMAL(18,8)", "BOOLEAN", "DATE", "TIMESTAMP",
	}[t]
}

// Field is one column of a contract.
type Field struct {
	Name     string
	Type     Type
	Required bool // a file without this column is refused
	Key      bool // part of the entity's key; a record in which it is null is quarantined
	Month    bool // a month such as 2026-02 is its first day
	Doc      string
}

// Entity is one contract.
type Entity struct {
	Name   string
	Doc    string
	Fields []Field
	// AnyOf lists groups of fields; a file must carry every field of at least one group.
	AnyOf [][]string
}

// Field gives the field with this name, and whether there is one.
func (e *Entity) Field(name string) (Field, bool) {
	i := slices.IndexFunc(e.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return e.Fields[i], true
}

// Key gives the names of the key's fields, in the contract's order.
func (e *Entity) Key() []string {
	var names []string
	for _, f := range e.Fields {
		if f.Key {
			names = append(names, f.Name)
		}
	}
	return names
}

// Lookup gives the contract with this name, and whether there is one.
func Lookup(name string) (*Entity, bool) {
	for _, e := range All() {
		if e.Name == name {
			return e, true
		}
	}
	return nil, false
}

// Lineage gives the columns that every landing record carries beside its contract: where it came
// from and when. They order the versions of a record.
func Lineage() []Field {
	return []Field{
		{Name: "_source", Type: Text, Doc: "name of the source in the configuration"},
		{Name: "_load_id", Type: Text, Doc: "load that brought the record"},
		{Name: "_effective_at", Type: Timestamp, Doc: "date in the file's name, else its newest modified_at, else its mtime"},
		{Name: "_landed_at", Type: Timestamp, Doc: "when the load was committed"},
		{Name: "_file", Type: Text, Doc: "path of the file below the source's folder"},
		{Name: "_line", Type: Integer, Doc: "physical line on which the record starts, counted from 1"},
	}
}
