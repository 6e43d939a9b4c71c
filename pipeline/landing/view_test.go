package landing

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// landed files in the tables are written "name=content" or "name=content/mapping"; a name that starts
// with digits bears that day of November.
func parse(t *testing.T, text string) File {
	t.Helper()
	name, content, ok := strings.Cut(text, "=")
	require.True(t, ok, text)
	content, mapping, _ := strings.Cut(content, "/")
	f := File{Source: "crm", Entity: "opportunity", Name: name, ContentHash: content, MappingHash: mapping}
	f.Parts = []Part{{Name: content + mapping + ".parquet"}}
	var day int
	if n, err := fmt.Sscanf(name, "%d", &day); err == nil && n == 1 {
		date := time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)
		f.NameDate = &date
	}
	if content == "empty" {
		f.Parts = nil
	}
	return f
}

// step is one night: the files that it landed and those that lay in the folder.
type step struct{ landed, present string }

func history(t *testing.T, mode string, steps []step) []Load {
	t.Helper()
	var loads []Load
	for i, s := range steps {
		load := Load{ID: fmt.Sprintf("load%d", i+1), LandedAt: night(i + 1)}
		for _, text := range strings.Fields(s.landed) {
			load.Files = append(load.Files, parse(t, text))
		}
		scan := Scan{Source: "crm", Entity: "opportunity", Mode: mode}
		for _, text := range strings.Fields(s.present) {
			scan.Files = append(scan.Files, parse(t, text).Identity())
		}
		load.Scans = []Scan{scan}
		loads = append(loads, load)
	}
	return loads
}

// branchCase is a history and the branches that it gives.
type branchCase struct {
	mode  string
	steps []step
	want  string // name=content/mapping@load of each branch, with + if current
}

func checkBranches(t *testing.T, cases map[string]branchCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			branches := Branches(history(t, c.mode, c.steps), "opportunity", func(id string) string { return "/landing/" + id })
			var got []string
			for _, b := range branches {
				text := b.File.Name + "=" + b.File.ContentHash
				if b.File.MappingHash != "" {
					text += "/" + b.File.MappingHash
				}
				text += "@" + b.LoadID
				if b.IsCurrent {
					text = "+" + text
				}
				got = append(got, text)
				var parts []string
				for _, part := range b.File.Parts {
					parts = append(parts, "/landing/"+b.LoadID+"/"+part.Name)
				}
				require.Equal(t, parts, b.Parts)
			}
			require.Equal(t, c.want, strings.Join(got, " "))
		})
	}
}

func TestBranchesThatCount(t *testing.T) {
	t.Parallel()
	checkBranches(t, map[string]branchCase{
		"delta: all are current": {
			Delta,
			[]step{{"a=1 b=2", "a=1 b=2"}, {"a=3", "a=3"}},
			"+a=1@load1 +b=2@load1 +a=3@load2",
		},
		"delta: dates do not matter": {
			Delta,
			[]step{{"21=1", "21=1"}, {"22=2", "22=2"}},
			"+21=1@load1 +22=2@load2",
		},
		"the newest mapping counts": {
			Delta,
			[]step{{"a=1/x b=2/x", ""}, {"a=1/y", ""}},
			"+b=2/x@load1 +a=1/y@load2",
		},
		"the newest mapping counts, also under a new name and when it is an old one": {
			Snapshot,
			[]step{{"a=1/x", "a=1/x"}, {"a=1/y", "a=1/y"}, {"b=1/x", "b=1/x"}},
			"+b=1/x@load3",
		},
		"content that came back is as new as its return": {
			Snapshot,
			[]step{{"a=1", "a=1"}, {"a=2", "a=2"}, {"a=1", "a=1"}},
			"a=2@load2 +a=1@load3",
		},
		"the same content under two names of one load": {
			Delta,
			[]step{{"a=1 b=1", "a=1 b=1"}},
			"+b=1@load1",
		},
	})
}

func TestCurrentSnapshot(t *testing.T) {
	t.Parallel()
	checkBranches(t, map[string]branchCase{
		"snapshot without dates: the folder at the newest scan": {
			Snapshot,
			[]step{{"a=1 b=2", "a=1 b=2"}, {"a=3", "a=3 b=2"}},
			"a=1@load1 +b=2@load1 +a=3@load2",
		},
		"snapshot: a file was taken away and nothing landed": {
			Snapshot,
			[]step{{"a=1 b=2", "a=1 b=2"}, {"", "a=1"}},
			"+a=1@load1 b=2@load1",
		},
		"snapshot: an empty folder is a missing export": {
			Snapshot,
			[]step{{"a=1", "a=1"}, {"b=2", "b=2"}, {"", ""}},
			"a=1@load1 +b=2@load2",
		},
		"snapshot with dates: every part of the newest date": {
			Snapshot,
			[]step{{"21-1=1 21-2=2", ""}, {"22-1=3 22-2=4", ""}},
			"21-1=1@load1 21-2=2@load1 +22-1=3@load2 +22-2=4@load2",
		},
		"snapshot with dates: an older export arrives late": {
			Snapshot,
			[]step{{"22=2", "22=2"}, {"21=1", "21=1"}},
			"+22=2@load1 21=1@load2",
		},
		"snapshot with dates: an undated file is no snapshot": {
			Snapshot,
			[]step{{"22=2", "22=2"}, {"all=1", "22=2 all=1"}},
			"+22=2@load1 all=1@load2",
		},
		"snapshot with dates: the same content on two days": {
			Snapshot,
			[]step{{"21=1", "21=1"}, {"22=1", "22=1"}},
			"21=1@load1 +22=1@load2",
		},
		"snapshot with dates: the newest file was replaced": {
			Snapshot,
			[]step{{"22=1", "22=1"}, {"22=2", "22=2"}},
			"22=1@load1 +22=2@load2",
		},
		"a snapshot without rows deletes everything": {
			Snapshot,
			[]step{{"a=1", "a=1"}, {"a=empty", "a=empty"}},
			"a=1@load1 +a=empty@load2",
		},
	})
}

func TestBranchesOfOtherFeedsAreApart(t *testing.T) {
	t.Parallel()
	all := history(t, Snapshot, []step{{"a=1", "a=1"}, {"b=2", "b=2"}})
	other := parse(t, "a=1")
	other.Source = "crm2"
	lead := parse(t, "l=1")
	lead.Entity = "lead"
	all[0].Files = append(all[0].Files, other, lead)
	branches := Branches(all, "opportunity", func(id string) string { return id })
	require.Len(t, branches, 3)
	require.Equal(t, "crm2", branches[1].File.Source)
	require.True(t, branches[1].IsCurrent, "a source without a scan is delta")
	require.False(t, branches[0].IsCurrent)
	require.Len(t, Branches(all, "lead", func(id string) string { return id }), 1)
}

func TestMayRepeat(t *testing.T) {
	t.Parallel()
	dir := func(id string) string { return id }
	one := history(t, Delta, []step{{"a=1", "a=1"}})
	require.True(t, Branches(one, "opportunity", dir)[0].MayRepeat, "keys not known to be unique")
	one[0].Files[0].UniqueKeys = true
	require.False(t, Branches(one, "opportunity", dir)[0].MayRepeat)
	two := history(t, Delta, []step{{"a=1 b=2", ""}})
	two[0].Files[0].UniqueKeys, two[0].Files[1].UniqueKeys = true, true
	for _, b := range Branches(two, "opportunity", dir) {
		require.True(t, b.MayRepeat, "two files")
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		landed []string // one night each
		want   string
		found  string // the file that stands for it, "" if it is to be landed
	}{
		"nothing landed":                     {nil, "a=1", ""},
		"landed":                             {[]string{"a=1"}, "a=1", "a=1"},
		"another content":                    {[]string{"a=1"}, "a=2", ""},
		"another mapping":                    {[]string{"a=1/x"}, "a=1/y", ""},
		"a mapping that came back":           {[]string{"a=1/x", "a=1/y"}, "a=1/x", ""},
		"a content that came back":           {[]string{"a=1", "a=2"}, "a=1", ""},
		"another name":                       {[]string{"a=1"}, "b=1", "a=1"},
		"another name, replaced meanwhile":   {[]string{"a=1", "a=2"}, "b=1", ""},
		"another name for the same date":     {[]string{"21-a=1"}, "21-b=1", "21-a=1"},
		"another date":                       {[]string{"21=1"}, "22=1", ""},
		"its own name before another's":      {[]string{"a=1", "b=1"}, "a=1", "a=1"},
		"its own name, also if another last": {[]string{"b=1", "a=2", "c=1"}, "a=1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var steps []step
			for _, text := range c.landed {
				steps = append(steps, step{landed: text})
			}
			got, ok := NewIndex(history(t, Delta, steps)).Find(parse(t, c.want))
			require.Equal(t, c.found != "", ok)
			if ok {
				require.Equal(t, parse(t, c.found).Identity(), got.Identity())
			}
		})
	}
}

func TestFindKeepsFeedsApart(t *testing.T) {
	t.Parallel()
	all := history(t, Delta, []step{{landed: "a=1"}})
	for _, change := range []func(*File){
		func(f *File) { f.Source = "crm2" },
		func(f *File) { f.Entity = "lead" },
	} {
		want := parse(t, "a=1")
		change(&want)
		_, ok := NewIndex(all).Find(want)
		require.False(t, ok)
	}
}

func TestIdentityTellsEveryPartApart(t *testing.T) {
	t.Parallel()
	base := File{Source: "a", Entity: "b", Name: "c", ContentHash: "d", MappingHash: "e"}
	seen := map[string]bool{base.Identity(): true}
	for _, f := range []File{
		{Source: "ab", Entity: "", Name: "c", ContentHash: "d", MappingHash: "e"},
		{Source: "x", Entity: "b", Name: "c", ContentHash: "d", MappingHash: "e"},
		{Source: "a", Entity: "x", Name: "c", ContentHash: "d", MappingHash: "e"},
		{Source: "a", Entity: "b", Name: "x", ContentHash: "d", MappingHash: "e"},
		{Source: "a", Entity: "b", Name: "c", ContentHash: "x", MappingHash: "e"},
		{Source: "a", Entity: "b", Name: "c", ContentHash: "d", MappingHash: "x"},
	} {
		require.False(t, seen[f.Identity()])
		seen[f.Identity()] = true
	}
	base.Size = 5
	require.True(t, seen[base.Identity()], "the size is no part of it")
}
