package spelling

import (
	"cmp"
	"maps"
	"slices"
)

// Groups gives the values that are probably one, given how often each occurs. A group has at least
// two values, the most frequent first, which is most likely the right one; groups are in the order of
// their first value.
func Groups(counts map[string]int64) [][]string {
	alike := map[string][]string{}
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		if skeleton := Skeleton(value); skeleton != "" {
			alike[skeleton] = append(alike[skeleton], value)
		}
	}
	var groups [][]string
	for _, group := range alike {
		if len(group) < 2 {
			continue
		}
		slices.SortStableFunc(group, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
		groups = append(groups, group)
	}
	slices.SortFunc(groups, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	return groups
}

// Near tells whether a value is probably meant to be a word: they are spelled alike, or one letter of
// their skeletons is too much, missing or another, or two neighbours are swapped. Words of fewer than
// three letters are near to none but themselves.
func Near(value, word string) bool {
	a, b := []rune(Skeleton(value)), []rune(Skeleton(word))
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || len(a) == 0 {
		return false
	}
	same := 0
	for same < len(a) && a[same] == b[same] {
		same++
	}
	restA, restB := a[same:], b[same:]
	switch {
	case len(restB) == 0:
		return true
	case len(a) < 3:
		return false
	case len(a) < len(b):
		return slices.Equal(restA, restB[1:])
	case slices.Equal(restA[1:], restB[1:]):
		return true
	}
	return len(restA) > 1 && restA[0] == restB[1] && restA[1] == restB[0] && slices.Equal(restA[2:], restB[2:])
}
