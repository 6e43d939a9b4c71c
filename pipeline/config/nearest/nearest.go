package nearest

import (
	"slices"
	"strings"
)

// Name gives the valid name that is closest to name, and whether one is close enough to be worth
// suggesting: at most a third of its letters differ, without regard to case. Equally close names
// are decided by their order in valid.
func Name(name string, valid []string) (string, bool) {
	best, bestDistance := "", 0
	wanted := []rune(strings.ToLower(name))
	for _, v := range valid {
		candidate := []rune(strings.ToLower(v))
		distance := editDistance(wanted, candidate)
		limit := max(1, max(len(wanted), len(candidate))/3)
		if distance > limit || distance >= len(candidate) {
			continue
		}
		if best == "" || distance < bestDistance {
			best, bestDistance = v, distance
		}
	}
	return best, best != ""
}

// Hint gives the sentence that helps someone who wrote name: the nearest valid name in quotes,
// otherwise all of them in order; empty if there are none.
func Hint(name string, valid []string) string {
	if best, ok := Name(name, valid); ok {
		return `did you mean "` + best + `"?`
	}
	if len(valid) == 0 {
		return ""
	}
	sorted := slices.Sorted(slices.Values(valid))
	return "valid are " + strings.Join(slices.Compact(sorted), ", ")
}

// editDistance counts the insertions, deletions, replacements and swaps of neighbours that make b
// out of a (optimal string alignment).
func editDistance(a, b []rune) int {
	if abs(len(a)-len(b)) > max(len(a), len(b))/2 {
		return max(len(a), len(b))
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(replace, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

func abs(n int) int { return max(n, -n) }
