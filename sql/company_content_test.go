package sql_test

import (
	"fmt"
	"strings"
	"time"

	"truce/fixtures/oracle"
)

// contentOf gives the pieces of content around the as-of date, more than ten for every third company, and
// what was used for deals. Some companies export one of the two, or neither.
func contentOf(in oracle.Input) ([]oracle.Content, []oracle.ContentUse) {
	asOf := in.Settings.AsOf
	on := func(days int) *oracle.Day { day := asOf + oracle.Day(days); return &day }
	content := []oracle.Content{
		{ContentID: "story", Title: "A story", Kind: "case study", PublishedOn: on(-200)},
		{ContentID: "flyer", Title: "A flyer", PublishedOn: on(0), RetiredOn: on(0)},
		{ContentID: "leaflet", Kind: "flyer", PublishedOn: on(-50), RetiredOn: on(-1)},
		{ContentID: "book", Title: "A book", PublishedOn: on(1)},
		{ContentID: "poster"},
	}
	for i := range int(asOf%3) * 4 {
		content = append(content, oracle.Content{ContentID: fmt.Sprintf("guide %d", i), PublishedOn: on(-i)})
	}
	uses := []oracle.ContentUse{}
	for i, o := range in.Opportunities {
		if o.CreatedOn != nil && chance(o.OpportunityID, "content", 2) {
			uses = append(uses, usesFor(o, i, asOf)...)
		}
	}
	switch {
	case asOf%5 == 0:
		return nil, nil
	case asOf%7 == 0:
		return nil, uses
	case asOf%11 == 0:
		return content, nil
	}
	return content, uses
}

// usesFor gives up to three uses around the creation of a deal and around the as-of date: of any kind, by
// its owner, somebody else or nobody known, and some for another deal or for none. A film is on no list.
func usesFor(o oracle.Opportunity, place int, asOf oracle.Day) []oracle.ContentUse {
	pick := func(what string, n int, values ...string) string {
		return values[int(hash(fmt.Sprint(o.OpportunityID, what, n))%uint32(len(values)))]
	}
	var uses []oracle.ContentUse
	for n := range 1 + int(hash(o.OpportunityID+"uses")%3) {
		day := *o.CreatedOn + oracle.Day(int(hash(fmt.Sprint(o.OpportunityID, n))%3)*30-30)
		if n == 2 {
			day = asOf + oracle.Day(place%2)
		}
		u := oracle.ContentUse{
			ContentID: pick("piece", n, "story", "story", "flyer", "book", "leaflet", "film", "guide 1"), UsedOn: day,
			UserID: pick("user", n, o.OwnerID, "O1", "M1", ""), OpportunityID: o.OpportunityID,
			Kind: pick("kind", n, "view", "View", "download", "send", "Print", ""),
		}
		if n > 0 {
			u.OpportunityID = pick("deal", n, o.OpportunityID, o.OpportunityID, "", "nobody exports this deal")
		}
		uses = append(uses, u)
	}
	return uses
}

// landContent adds the content and its uses. A use without an id of its own may be there twice.
func (l landed) landContent(in oracle.Input, zone *time.Location) {
	content, uses := contentOf(in)
	if content != nil {
		l["content"] = []record{}
	}
	for _, c := range content {
		l["content"] = append(l["content"], record{
			"content_id": c.ContentID, "title": text(c.Title), "kind": text(c.Kind),
			"published_on": date(c.PublishedOn), "retired_on": date(c.RetiredOn),
		})
	}
	if uses != nil {
		l["content_use"] = []record{}
	}
	for i, u := range uses {
		id := fmt.Sprint("use ", i)
		sequences := []string{id}
		if strings.HasPrefix(u.OpportunityID, "D") && chance(u.OpportunityID, "no ids of uses", 3) && isOnlyUse(u, uses) {
			sequences = []string{fmt.Sprint("#", 2*i), fmt.Sprint("#", 2*i+1)}
		}
		for _, sequence := range sequences {
			l["content_use"] = append(l["content_use"], record{
				"content_id": u.ContentID, "used_at": moment(&u.UsedOn, id, zone), "sequence": sequence,
				"user_id": text(u.UserID), "opportunity_id": text(u.OpportunityID), "kind": text(u.Kind),
			})
		}
	}
}

// isOnlyUse tells whether a deal has no other use than this one.
func isOnlyUse(u oracle.ContentUse, uses []oracle.ContentUse) bool {
	count := 0
	for _, other := range uses {
		if other.OpportunityID == u.OpportunityID {
			count++
		}
	}
	return count == 1
}
