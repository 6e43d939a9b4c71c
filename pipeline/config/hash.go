package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Hash gives the SHA-256, in hex, of everything that can change what a run publishes. Where the
// files are (the holidays count as they are listed), when jobs run, how long reports are kept and how much memory and how many threads the
// engine has are left out. The hash does not depend on how the file is written: order of mappings,
// comments and defaults that are spelled out make no difference.
func (c *Config) Hash() string {
	content := *c
	content.Models = "" // the models themselves are part of what a run is made of
	content.Paths, content.Jobs, content.Engine, content.Reports.KeepDays = Paths{}, nil, Engine{}, 0
	if !c.AnchorsSegments() {
		content.SegmentsAsOf = ""
	}
	content.LeadSLA.BusinessHours.Holidays = strings.Join(c.LeadSLA.BusinessHours.Closed, " ")
	content.Sources = make([]Source, len(c.Sources))
	for i, source := range c.Sources {
		source.Path = ""
		content.Sources[i] = source
	}
	sum := sha256.Sum256([]byte(canonical(reflect.ValueOf(content))))
	return hex.EncodeToString(sum[:])
}

// NumbersHash is the Hash of the settings that can move a number which restatements compares. Limits of
// checks, what is published, promises, programmes and what reports say of a segment are left out.
func (c *Config) NumbersHash() string {
	content := *c
	content.Checks, content.Reports, content.Targets, content.Programs = Checks{}, Reports{}, nil, nil
	content.Segments = make([]Segment, len(c.Segments))
	for i, s := range c.Segments {
		content.Segments[i] = Segment{Name: s.Name, Where: s.Where, LeadWhere: s.LeadWhere}
	}
	return content.Hash()
}

// canonical writes the value with settings by key and texts in quotes. It leaves out what is zero,
// so that a new setting that nobody uses leaves the hash alone.
func canonical(v reflect.Value) string {
	var parts []string
	switch v.Kind() {
	case reflect.Struct:
		for i, name := range fieldNames(v.Type()) {
			if field := v.Field(i); name != "" && !empty(field) {
				parts = append(parts, name+":"+canonical(field))
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			parts = append(parts, fmt.Sprintf("%q:%s", key.String(), canonical(v.MapIndex(key))))
		}
		slices.Sort(parts)
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, canonical(v.Index(i)))
		}
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	default:
		return fmt.Sprint(v.Interface())
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}
