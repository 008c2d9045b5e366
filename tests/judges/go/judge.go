// Command judge holds a log that veche wrote against Go's own transparency log libraries.
//
// Nothing of veche is used: signatures by golang.org/x/mod/sumdb/note, trees, tiles and proofs by
// golang.org/x/mod/sumdb/tlog, the code that guards the modules of Go. It prints one JSON object:
// what it found in sentences, and the faults. It ends with 0 where there is no fault.
//
//	judge log   --keys FILE --log DIR [--older FILE] [--receipt FILE]...
//	judge roots < entries        the root of each prefix, entries in hexadecimal, one a line
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a tile: 256 hashes wide

type verdict struct {
	Size   int64    `json:"size"`
	Root   string   `json:"root"`
	Found  []string `json:"found"`
	Faults []string `json:"faults"`
}

func (v *verdict) found(format string, with ...any) {
	v.Found = append(v.Found, fmt.Sprintf(format, with...))
}

func (v *verdict) fault(format string, with ...any) {
	v.Faults = append(v.Faults, fmt.Sprintf(format, with...))
}

// files reads tiles from a folder; c2sp.org/tlog-tiles leaves out the height that Go's paths bear.
type files struct{ dir string }

func (f files) Height() int { return height }

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(f.path(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f files) path(tile tlog.Tile) string {
	short := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	return filepath.Join(f.dir, filepath.FromSlash(strings.Replace(short, "/data/", "/entries/", 1)))
}

// entries reads all entries of the log from its bundles.
func (f files) entries(size int64) ([][]byte, error) {
	var all [][]byte
	for first := int64(0); first < size; first += 1 << height {
		width := size - first
		if width > 1<<height {
			width = 1 << height
		}
		path := f.path(tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)})
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for number := int64(0); number < width; number++ {
			if len(data) < 2 {
				return nil, fmt.Errorf("bundle %d ends before its entry %d", first>>height, number)
			}
			length := int(binary.BigEndian.Uint16(data))
			if len(data) < 2+length {
				return nil, fmt.Errorf("bundle %d ends within its entry %d", first>>height, number)
			}
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("bundle %d goes on after its last entry", first>>height)
		}
	}
	return all, nil
}

// grown keeps the hashes of a tree that is made anew from entries alone.
type grown struct{ hashes []tlog.Hash }

func (g *grown) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, g.hashes[index])
	}
	return found, nil
}

func (g *grown) add(number int64, entry []byte) error {
	more, err := tlog.StoredHashes(number, entry, g)
	g.hashes = append(g.hashes, more...)
	return err
}

// treeOf opens a signed note and reads the checkpoint in it.
func treeOf(data []byte, known note.Verifiers) (tlog.Tree, []string, error) {
	opened, err := note.Open(data, known)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	var by []string
	for _, one := range opened.Sigs {
		by = append(by, fmt.Sprintf("%s+%08x", one.Name, one.Hash))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, nil, errors.New("the note is no checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return tlog.Tree{}, nil, errors.New("the checkpoint names no size")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, by, err
}

// verifiers reads a file of keys: one a line, the key first.
func verifiers(path string) (note.Verifiers, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var known []note.Verifier
	for _, line := range strings.Split(string(data), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		one, err := note.NewVerifier(words[0])
		if err != nil {
			return nil, err
		}
		known = append(known, one)
	}
	return note.VerifierList(known...), nil
}

// judge walks the whole log: signature, entries, tiles, every entry's proof.
func judge(dir string, known note.Verifiers, v *verdict) (tlog.Tree, tlog.HashReader, bool) {
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		v.fault("The checkpoint cannot be read: %v.", err)
		return tlog.Tree{}, nil, false
	}
	tree, by, err := treeOf(data, known)
	if err != nil {
		v.fault("The checkpoint is refused: %v.", err)
		return tree, nil, false
	}
	v.Size, v.Root = tree.N, hex.EncodeToString(tree.Hash[:])
	v.found("The checkpoint of %d entries is signed by %s.", tree.N, strings.Join(by, ", "))
	source := files{dir}
	reader := tlog.TileHashReader(tree, source)
	entries, err := source.entries(tree.N)
	if err != nil {
		v.fault("The entries cannot be read: %v.", err)
		return tree, reader, true
	}
	anew := &grown{}
	for number, entry := range entries {
		if err := anew.add(int64(number), entry); err != nil {
			v.fault("Entry %d cannot be hashed: %v.", number, err)
			return tree, reader, true
		}
	}
	if root, err := tlog.TreeHash(tree.N, anew); err != nil || root != tree.Hash {
		v.fault("The entries give another root than the signed one.")
	} else {
		v.found("The entries give the signed root.")
	}
	proven := 0
	for number, entry := range entries {
		proof, err := tlog.ProveRecord(tree.N, int64(number), reader)
		if err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, int64(number), tlog.RecordHash(entry))
		}
		if err != nil {
			v.fault("Entry %d is not proven by the tiles: %v.", number, err)
			break
		}
		proven++
	}
	v.found("The tiles prove %d of %d entries.", proven, tree.N)
	return tree, reader, true
}

// older holds an older checkpoint against the log.
func older(path string, known note.Verifiers, tree tlog.Tree, reader tlog.HashReader, v *verdict) {
	data, err := os.ReadFile(path)
	if err != nil {
		v.fault("The older checkpoint cannot be read: %v.", err)
		return
	}
	before, _, err := treeOf(data, known)
	if err != nil {
		v.fault("The older checkpoint is refused: %v.", err)
		return
	}
	if before.N > tree.N {
		v.fault("The older checkpoint has %d entries, the log %d.", before.N, tree.N)
		return
	}
	proof, err := tlog.ProveTree(tree.N, before.N, reader)
	if err == nil {
		err = tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash)
	}
	if err != nil {
		v.fault("The log does not go on from the checkpoint of %d entries: %v.", before.N, err)
		return
	}
	v.found("The log goes on from the checkpoint of %d entries.", before.N)
}

// receipt checks a c2sp.org/tlog-proof with the proof that stands in it, without the log.
func receipt(path string, known note.Verifiers, v *verdict) {
	data, err := os.ReadFile(path)
	if err != nil {
		v.fault("The receipt cannot be read: %v.", err)
		return
	}
	head, signed, ok := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		v.fault("%s is no receipt.", filepath.Base(path))
		return
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		v.fault("The receipt holds no entry: %v.", err)
		return
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		v.fault("The receipt names no place: %v.", err)
		return
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			v.fault("A line of the proof is no hash: %v.", err)
			return
		}
		proof = append(proof, hash)
	}
	tree, _, err := treeOf([]byte(signed), known)
	if err != nil {
		v.fault("The checkpoint of the receipt is refused: %v.", err)
		return
	}
	if index >= tree.N {
		v.fault("The receipt names place %d of a log of %d entries.", index, tree.N)
		return
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		v.fault("The receipt does not prove entry %d: %v.", index, err)
		return
	}
	v.found("The receipt proves entry %d in a log of %d entries.", index, tree.N)
}

// roots prints the root of each prefix of the entries on the standard input.
func roots() error {
	anew := &grown{}
	lines := bufio.NewScanner(os.Stdin)
	for number := int64(0); lines.Scan(); number++ {
		entry, err := hex.DecodeString(lines.Text())
		if err != nil {
			return err
		}
		if err := anew.add(number, entry); err != nil {
			return err
		}
		root, err := tlog.TreeHash(number+1, anew)
		if err != nil {
			return err
		}
		fmt.Println(hex.EncodeToString(root[:]))
	}
	return lines.Err()
}

type several []string

func (s *several) String() string { return strings.Join(*s, " ") }

func (s *several) Set(one string) error {
	*s = append(*s, one)
	return nil
}

func main() {
	if len(os.Args) < 2 || (os.Args[1] != "log" && os.Args[1] != "roots") {
		fmt.Fprintln(os.Stderr, "judge log --keys FILE --log DIR [--older FILE] [--receipt FILE]; judge roots")
		os.Exit(2)
	}
	if os.Args[1] == "roots" {
		if err := roots(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	words := flag.NewFlagSet("log", flag.ExitOnError)
	keys := words.String("keys", "", "a file with the keys of the log, known from elsewhere")
	dir := words.String("log", "", "the folder of the log")
	before := words.String("older", "", "an older checkpoint of it")
	var held several
	words.Var(&held, "receipt", "a receipt")
	_ = words.Parse(os.Args[2:])
	v := &verdict{Found: []string{}, Faults: []string{}}
	known, err := verifiers(*keys)
	if err != nil {
		v.fault("The keys cannot be read: %v.", err)
	} else {
		if tree, reader, ok := judge(*dir, known, v); ok && *before != "" {
			older(*before, known, tree, reader, v)
		}
		for _, path := range held {
			receipt(path, known, v)
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(v)
	if len(v.Faults) > 0 {
		os.Exit(1)
	}
}
