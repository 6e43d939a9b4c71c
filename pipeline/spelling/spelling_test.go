package spelling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/spelling"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		counts map[string]int64
		want   [][]string
	}{
		"nothing":                      {nil, nil},
		"case":                         {map[string]int64{"google": 12, "Google": 3011, "Bing": 5}, [][]string{{"Google", "google"}}},
		"blanks and punctuation":       {map[string]int64{"GTX Pro": 3, "GTXPro": 9, "GTX-Pro": 1}, [][]string{{"GTXPro", "GTX Pro", "GTX-Pro"}}},
		"a Cyrillic letter":            {map[string]int64{"B1": 2, "В1": 1}, [][]string{{"B1", "В1"}}},
		"a Greek letter":               {map[string]int64{"ΕΜΕΑ": 1, "EMEA": 2}, [][]string{{"EMEA", "ΕΜΕΑ"}}},
		"composed and decomposed":      {map[string]int64{"Zu\u0308rich": 1, "Z\u00fcrich": 2}, [][]string{{"Z\u00fcrich", "Zu\u0308rich"}}},
		"a sharp s":                    {map[string]int64{"Straße": 2, "STRASSE": 1}, [][]string{{"Straße", "STRASSE"}}},
		"wide letters":                 {map[string]int64{"ＵＳＡ": 1, "USA": 4}, [][]string{{"USA", "ＵＳＡ"}}},
		"equally frequent":             {map[string]int64{"web": 2, "Web": 2}, [][]string{{"Web", "web"}}},
		"several groups, in order":     {map[string]int64{"b": 1, "B": 2, "A": 1, "a": 2}, [][]string{{"B", "b"}, {"a", "A"}}},
		"accents tell values apart":    {map[string]int64{"resume": 1, "résumé": 1}, nil},
		"signs tell values apart":      {map[string]int64{"C": 1, "C#": 1, "C++": 1, "A+": 1, "A-": 1, "A": 1, "<10": 1, ">10": 1}, nil},
		"what stands between digits":   {map[string]int64{"1-10": 1, "110": 1, "1 10": 1, "2.5": 1, "25": 1}, [][]string{{"1 10", "1-10"}}},
		"a digit beside a letter":      {map[string]int64{"Q1 2024": 1, "Q12024": 1, "GTX 100": 2, "GTX100": 1}, [][]string{{"GTX 100", "GTX100"}}},
		"blanks around":                {map[string]int64{"A- ": 2, " A-": 1}, [][]string{{"A- ", " A-"}}},
		"nothing but punctuation":      {map[string]int64{"?": 1, "...": 1, "": 1, " ": 1}, nil},
		"different words, one prefix":  {map[string]int64{"Web": 1, "Website": 1}, nil},
		"a word of another alphabet":   {map[string]int64{"Реклама": 1, "Advertising": 1}, nil},
		"no-break space, soft hyphen":  {map[string]int64{"Trade Show": 1, "Trade\u00a0Show": 1, "Trade\u00adShow": 1}, [][]string{{"Trade Show", "Trade\u00a0Show", "Trade\u00adShow"}}},
		"a combining mark of its own":  {map[string]int64{"e\u0301": 1, "e": 1}, nil},
		"an ampersand is punctuation":  {map[string]int64{"R&D": 2, "RD": 1}, [][]string{{"R&D", "RD"}}},
		"bytes that are no characters": {map[string]int64{"a\xff": 1, "b": 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, spelling.Groups(test.counts))
		})
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"Closed Won", "closed-won"},
		{"Closed Wonn", "Closed Won"},
		{"Closd Won", "Closed Won"},
		{"Closed Wom", "Closed Won"},
		{"Cloesd Won", "Closed Won"},
		{"Closed Wo", "Closed Won"},
		{"Сlosed Won", "Closed Won"},
		{"Win", "Won"},
		{"A1", "А1"},
	} {
		require.True(t, spelling.Near(pair[0], pair[1]), "%q", pair)
		require.True(t, spelling.Near(pair[1], pair[0]), "%q", pair)
	}
	for _, pair := range [][2]string{
		{"Closed Lost", "Closed Won"},
		{"Closed", "Closed Won"},
		{"", "Won"},
		{"?", "!"},
		{"A1", "A2"},
		{"Cloesd Wno", "Closed Won"},
		{"Negotiation", "Lost"},
		{"In", "Won"},
	} {
		require.False(t, spelling.Near(pair[0], pair[1]), "%q", pair)
		require.False(t, spelling.Near(pair[1], pair[0]), "%q", pair)
	}
}
