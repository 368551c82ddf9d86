// Reads what the audit log publishes, with golang.org/x/mod/sumdb/note and tlog: the packages that check Go's own checksum database.
//
//	tlog proof VKEY <FILE                           a tlog-proof: prints "index size"
//	tlog consistency VKEY OLD NEW <HASHES           two notes in files, one base64 hash a line: prints "old new"
//	tlog cosigned VKEY <NOTE                        a note with the line of a witness (type 0x04): prints its time
//	tlog log VKEY FOLDER [INDEX…]                   a log of an export: every entry and tile; prints "size", then each proof on a line
//
// Exit codes: 0 it holds, 1 it does not (the reason on stderr), 2 misused.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// What a signed note of the log with this vkey says of its tree.
func checkpoint(vkey string, msg []byte) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func hashes(lines []string) (found []tlog.Hash, err error) {
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return found, nil
}

func proof(vkey string) (string, error) {
	file, err := io.ReadAll(os.Stdin)
	if err != nil {
		return "", err
	}
	head, msg, _ := strings.Cut(string(file), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", fmt.Errorf("not a tlog-proof with an entry")
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return "", err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return "", err
	}
	path, err := hashes(lines[3:])
	if err != nil {
		return "", err
	}
	tree, err := checkpoint(vkey, []byte(msg))
	if err != nil {
		return "", err
	}
	err = tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry))
	return fmt.Sprintf("%d %d", index, tree.N), err
}

func consistency(vkey, oldNote, newNote string) (string, error) {
	var trees [2]tlog.Tree
	for place, name := range []string{oldNote, newNote} {
		msg, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		if trees[place], err = checkpoint(vkey, msg); err != nil {
			return "", err
		}
	}
	lines, err := io.ReadAll(os.Stdin)
	if err != nil {
		return "", err
	}
	path, err := hashes(strings.Fields(string(lines)))
	if err != nil {
		return "", err
	}
	err = tlog.CheckTree(path, trees[1].N, trees[1].Hash, trees[0].N, trees[0].Hash)
	return fmt.Sprintf("%d %d", trees[0].N, trees[1].N), err
}

// A witness of C2SP tlog-cosignature as a note.Verifier; x/mod itself knows no other type than 0x01.
type witness struct {
	name string
	key  []byte
	time uint64
}

func (w *witness) Name() string { return w.name }

func (w *witness) KeyHash() uint32 {
	digest := sha256.Sum256([]byte(w.name + "\n" + string(w.key)))
	return binary.BigEndian.Uint32(digest[:])
}

func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	w.time = binary.BigEndian.Uint64(sig)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", w.time, msg)
	return ed25519.Verify(w.key[1:], []byte(signed), sig[8:])
}

func cosigned(vkey string) (string, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return "", fmt.Errorf("not a vkey")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 0x04 {
		return "", fmt.Errorf("not the key of a witness")
	}
	verifier := &witness{name: parts[0], key: key}
	if fmt.Sprintf("%08x", verifier.KeyHash()) != parts[1] {
		return "", fmt.Errorf("the key id is another key's")
	}
	msg, err := io.ReadAll(os.Stdin)
	if err != nil {
		return "", err
	}
	_, err = note.Open(msg, note.VerifierList(verifier))
	return strconv.FormatUint(verifier.time, 10), err
}

// A folder with tile/<L>/…, as a tlog.TileReader.
type folder string

func (f folder) Height() int                     { return height }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) read(kind, path string) ([]byte, error) {
	_, place, _ := strings.Cut(strings.TrimPrefix(path, "tile/8/"), "/")
	return os.ReadFile(filepath.Join(string(f), "tile", kind, filepath.FromSlash(place)))
}

func (f folder) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		found, err := f.read(strconv.Itoa(tile.L), tile.Path())
		if err != nil {
			return nil, err
		}
		data = append(data, found)
	}
	return data, nil
}

// Holds every entry against its hash in the tiles, which hold against the root.
func (f folder) entries(tree tlog.Tree, reader tlog.HashReader) error {
	for number := int64(0); number*256 < tree.N; number++ {
		width := min64(256, tree.N-number*256)
		data, err := f.read("entries", tlog.Tile{H: height, L: -1, N: number, W: int(width)}.Path())
		if err != nil {
			return err
		}
		for index := number * 256; index < number*256+width; index++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("entry %d is cut short", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			kept, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return err
			}
			if tlog.RecordHash(data[2:end]) != kept[0] {
				return fmt.Errorf("entry %d is not the one that was logged", index)
			}
			data = data[end:]
		}
		if len(data) != 0 {
			return fmt.Errorf("more than the entries in bundle %d", number)
		}
	}
	return nil
}

func wholeLog(vkey, name string, indexes []string) (string, error) {
	msg, err := os.ReadFile(filepath.Join(name, "checkpoint"))
	if err != nil {
		return "", err
	}
	tree, err := checkpoint(vkey, msg)
	if err != nil {
		return "", err
	}
	reader := tlog.TileHashReader(tree, folder(name))
	if err := folder(name).entries(tree, reader); err != nil {
		return "", err
	}
	lines := []string{strconv.FormatInt(tree.N, 10)}
	for _, text := range indexes {
		index, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return "", err
		}
		path, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return "", err
		}
		lines = append(lines, strings.Trim(fmt.Sprint([]tlog.Hash(path)), "[]"))
	}
	return strings.Join(lines, "\n"), nil
}

func min64(one, other int64) int64 {
	if one < other {
		return one
	}
	return other
}

func main() {
	var said string
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) == 2 && arguments[0] == "proof":
		said, err = proof(arguments[1])
	case len(arguments) == 2 && arguments[0] == "cosigned":
		said, err = cosigned(arguments[1])
	case len(arguments) == 4 && arguments[0] == "consistency":
		said, err = consistency(arguments[1], arguments[2], arguments[3])
	case len(arguments) >= 3 && arguments[0] == "log":
		said, err = wholeLog(arguments[1], arguments[2], arguments[3:])
	default:
		fmt.Fprintln(os.Stderr, "tlog proof VKEY | cosigned VKEY | consistency VKEY OLD NEW | log VKEY FOLDER [INDEX…]")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(said)
}
