package source

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// memberClaims gives the entities that the name of a member speaks for. Where it says none, the name of
// the archive decides.
func (s *search) memberClaims(archive, member string) ([]claim, error) {
	if passedOver(path.Base(member)) || strings.HasPrefix(member, "__MACOSX/") {
		return nil, nil
	}
	claims, err := s.matcher.claims(member, archive+"!"+member)
	if err != nil || len(claims) > 0 {
		return claims, err
	}
	if _, ok := stem(member); ok {
		return s.matcher.claims(archive)
	}
	return nil, nil
}

// take adds a file to what was found, once for each entity that it is of.
func (s *search) take(file File, claims []claim) {
	var err error
	switch {
	case len(claims) > 0:
		err = s.takeClaimed(file, claims)
	case s.matcher.mayBe(file.inner()) && !s.isPassedOver(file):
		err = s.takeRecognised(file)
	default:
		s.ignore(file)
	}
	if err != nil {
		s.problems = append(s.problems, err)
	}
}

// inner gives the name of the file itself, inside its archive if it is in one.
func (f File) inner() string {
	if f.Member != "" {
		return f.Member
	}
	return f.Name
}

func (s *search) isPassedOver(file File) bool {
	return passedOver(path.Base(file.inner())) || strings.HasPrefix(file.Member, "__MACOSX/")
}

// takeClaimed adds a file whose name tells its entities.
func (s *search) takeClaimed(file File, claims []claim) error {
	taken := false
	for _, c := range claims {
		export, ok, err := s.exportOf(file, c)
		if err != nil {
			return err
		}
		if ok {
			s.give(file, c.entity, export)
			taken = true
		}
	}
	if !taken {
		s.ignore(file)
	}
	return nil
}

// give adds the file as one of an entity.
func (s *search) give(file File, entity string, export int) {
	file.Entity, file.Export, file.Sheet = entity, export, s.src.Extracts[entity].Sheet
	s.found.Files = append(s.found.Files, file)
}

// ignore keeps a file that is of no entity.
func (s *search) ignore(file File) {
	s.found.Ignored = append(s.found.Ignored, file.Name)
	if isTable(file.inner()) && !s.isPassedOver(file) {
		s.others = append(s.others, file)
	}
}

// exportOf tells which of the exports that a claim admits the file is. Where the name leaves a choice, the
// header decides; a header that fits none is left to the loader, which says what it lacks. Nothing is
// given for a file of an object that need not hold the entity, and does not.
func (s *search) exportOf(file File, c claim) (int, bool, error) {
	exports := s.preset.Entities[c.entity]
	admitted := c.exports
	if len(admitted) == 0 {
		for i := range exports {
			admitted = append(admitted, i)
		}
	}
	if len(admitted) == 1 && !exports[admitted[0]].Optional {
		return admitted[0], true, nil
	}
	headers, err := s.header(file, c.entity)
	if err != nil {
		return 0, false, err
	}
	for _, fit := range s.preset.fitsOf(c.entity, headers) {
		if fit.Complete && slices.Contains(admitted, fit.Export) {
			return fit.Export, true, nil
		}
	}
	i := slices.IndexFunc(admitted, func(i int) bool { return !exports[i].Optional })
	if i < 0 {
		return 0, false, nil
	}
	return admitted[i], true, nil
}

// fitsOf ranks the exports of one entity, best first.
func (p Preset) fitsOf(entity string, headers []string) []Fit {
	return slices.DeleteFunc(p.Fits(headers), func(f Fit) bool { return f.Entity != entity })
}

// takeRecognised adds a file whose header tells its entity.
func (s *search) takeRecognised(file File) error {
	headers, err := s.header(file, "")
	if err != nil {
		return err
	}
	if len(headers) == 0 {
		return &RefusedError{Name: file.Name, Reason: "is empty", Hint: "export it again, or take it away if it is no extract"}
	}
	fits := slices.DeleteFunc(s.preset.Fits(headers), func(f Fit) bool {
		return f.Signs == 0 || len(s.src.Extracts[f.Entity].Files) > 0 || s.preset.Entities[f.Entity][f.Export].Within != ""
	})
	if len(fits) == 0 || !fits[0].IsSure() {
		s.ignore(file)
		return s.unusableDeals(file, fits)
	}
	best := fits[0]
	for _, other := range fits[1:] {
		if other.Entity != best.Entity && better(best, other) == 0 {
			return &PatternError{
				Source: s.src.Name, Entities: []string{best.Entity, other.Entity},
				Reason: "the header of " + file.Name + " fits both equally well",
				Hint:   "set files: of the one that it is, below extracts of the source",
			}
		}
	}
	s.give(file, best.Entity, best.Export)
	return nil
}

// unusableDeals refuses a file that holds the deals, as it seems, but not all that is needed: without it
// nothing could be counted. Anything else is left alone, for it may be a list that somebody keeps there.
func (s *search) unusableDeals(file File, fits []Fit) error {
	if len(fits) == 0 || fits[0].Entity != "opportunity" || fits[0].Signs < 2 {
		return nil
	}
	reason := "looks like the deals of preset " + s.preset.Name + ", but lacks a column for " + strings.Join(fits[0].Missing, " and for ")
	if names := s.preset.Entities["opportunity"][fits[0].Export].Headers[fits[0].Missing[0]]; len(names) > 0 {
		reason += ", such as " + names[0]
	}
	return &RefusedError{
		Name: file.Name, Reason: reason,
		Hint: "add it to the export, or say under columns of extracts.opportunity which one it is",
	}
}

// header reads the header of a file once.
func (s *search) header(file File, entity string) ([]string, error) {
	set := s.src.Extracts[entity]
	key := file.Name + "\n" + set.Encoding + "\n" + set.Sheet
	if known, ok := s.headers[key]; ok {
		return known, nil
	}
	headers, err := Header(file, set.Encoding, set.Sheet)
	if err != nil {
		return nil, err
	}
	s.headers[key] = headers
	return headers, nil
}

// addWithin gives the files of an entity also as those of another one that lies in them, if nothing else
// brings that one.
func (s *search) addWithin() {
	found := slices.Clone(s.found.Files)
	for _, name := range slices.Sorted(maps.Keys(s.preset.Entities)) {
		isOf := func(f File) bool { return f.Entity == name }
		if len(s.src.Extracts[name].Files) > 0 || slices.ContainsFunc(found, isOf) {
			continue
		}
		for _, file := range found {
			if err := s.within(file, name); err != nil {
				s.problems = append(s.problems, err)
			}
		}
	}
}

// within gives a file as one of an entity too, if its header has all that this takes.
func (s *search) within(file File, entity string) error {
	isIn := func(x Export) bool { return x.Within == file.Entity }
	if !slices.ContainsFunc(s.preset.Entities[entity], isIn) {
		return nil
	}
	headers, err := s.header(file, file.Entity)
	if err != nil {
		return err
	}
	for _, fit := range s.preset.fitsOf(entity, headers) {
		if fit.Complete && isIn(s.preset.Entities[entity][fit.Export]) {
			s.give(file, entity, fit.Export)
			return nil
		}
	}
	return nil
}
